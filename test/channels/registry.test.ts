import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { channels, loadChannel } from "../../functions/channels/registry.ts";
import secrets from "../../local/secrets.json" with { type: "json" };
import { fieldDescriptions } from "../../shared/connector/field-descriptions.ts";
import { missingParts } from "../support/missing-parts.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const endpoints: Record<string, unknown> = secrets.endpoints;

test("a name that is no channel's is not registered, whatever objects are made of", async () => {
  for (const name of ["constructor", "__proto__", "toString", "", "Shopify"]) equal(loadChannel(name), undefined, name);
  equal((await loadChannel("shopify"))?.name, "shopify");
});

for (const [registered, load] of Object.entries(channels)) {
  const channel = await load();
  const { name } = channel;
  describe(`what belongs to a channel: ${name}`, () => {
    test("it is registered by its name, and has a title", () => {
      equal(registered, name);
      ok(channel.title.length > 0);
    });

    test("it has a contract test, a simulator, a page and demo secrets", () => {
      deepEqual(missingParts({ kind: "channel", name, credentials: channel.credentials }), []);
    });

    test("its page names every setting and every field of its secrets", () => {
      const page = read(`docs/channels/${name}.md`);
      const { settings, secret, credentials } = channel;
      const fields = [settings, secret, credentials].flatMap((schema) => Object.keys(fieldDescriptions(schema)));
      deepEqual(
        fields.filter((field) => !page.includes(field)),
        [],
      );
    });

    test("every field of its secrets is described to the person who fills it in", () => {
      const described = { ...fieldDescriptions(channel.secret), ...fieldDescriptions(channel.credentials) };
      deepEqual(
        Object.entries(described).flatMap(([field, text]) => (text.length > 10 ? [] : field)),
        [],
      );
      ok(channel.endpoint === "queue" || Object.keys(described).length > 0);
    });

    test("the local stage has a secret for it that fits", () => {
      ok(channel.secret.safeParse(endpoints[`${name}/demo`]).success, `local/secrets.json: endpoints.${name}/demo`);
    });

    test("route-order may replace its credentials where its refresh token changes with each use, and nowhere else", () => {
      const folder = new URL(`../../functions/channels/${name}/`, import.meta.url);
      const rotates = readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .some((file) => readFileSync(new URL(file, folder), "utf8").includes("/rotating-token.ts"));
      equal(channel.rotatesCredentials ?? false, rotates);
    });

    test("it has a check of its requests, or a queue", () => {
      equal(channel.verification === undefined, channel.endpoint === "queue");
      equal(channel.sender !== undefined, channel.endpoint === "queue");
    });
  });
}
