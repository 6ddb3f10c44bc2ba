import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { providers } from "../../functions/providers/registry.ts";
import { fieldDescriptions } from "../../shared/connector/field-descriptions.ts";
import { exportedName, missingParts } from "../support/missing-parts.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/** The names of an object schema's fields. */
function fieldsOf(schema: unknown): string[] {
  return typeof schema === "object" && schema !== null && "shape" in schema ? Object.keys(Object(schema.shape)) : [];
}

for (const [registered, load] of Object.entries(providers)) {
  const provider = await load();
  const { name } = provider;
  describe(`what belongs to a provider: ${name}`, () => {
    test("it is registered by its name, and its Lambda is its own", async () => {
      equal(registered, name);
      const itsOwn = new RegExp(`createProviderHandler\\(${exportedName(name)}\\)`);
      match(await read(`functions/providers/${name}/handler.ts`), itsOwn);
    });

    test("it has a Lambda, a contract test, a simulator, a page and a demo secret", () => {
      deepEqual(missingParts({ kind: "provider", name }), []);
    });

    test("its page names every setting and every field of the secret", async () => {
      const page = await read(`docs/providers/${name}.md`);
      const fields = [...fieldsOf(provider.settings), ...fieldsOf(provider.secret)];
      deepEqual(
        fields.filter((field) => !page.includes(`\`${field}\``) && !page.includes(`\`${field}.`)),
        [],
      );
    });

    test("every field of its secret is explained to the person who fills it in", () => {
      const described = Object.entries(fieldDescriptions(provider.secret));
      ok(described.length > 0);
      deepEqual(
        described.filter(([, description]) => description === ""),
        [],
      );
    });

    test("the references it allows can be what we send: letters, digits and hyphens", () => {
      const { maxLength, characters } = provider.reference;
      equal(characters.test("SHO1-820982911946154508-g2"), true);
      equal(characters.test("SHO1-abcdefghijklmnopqrst-g12"), true);
      equal(characters.global || characters.sticky, false, "such an expression remembers where it was");
      equal(maxLength >= "12345678-abcdefghijklmnopqrst-g999".length, true);
    });
  });
}
