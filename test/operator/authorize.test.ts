import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { createSecretsManager } from "../../local/aws/secrets-manager.ts";
import { freePort } from "../../local/aws/table-emulator.ts";
import { startChannelSandbox } from "../../local/simulators/channel-sandbox.ts";
import { authorize } from "../../operator/authorize.ts";
import { CommandError } from "../../operator/command-error.ts";
import type { OpenStage } from "../../operator/open-stage.ts";
import { Config } from "../../shared/stage/config.ts";
import { secretName } from "../../shared/stage/names.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { TestTerminal } from "../support/run-operator-command.ts";

const TOKEN_KEY = Buffer.alloc(32, 1).toString("base64");
const PASTED = new URL("https://app.example/callback");

/** A connection whose channel has a consent page, and the secrets of a stage before the consent. */
interface Case {
  connection: { channel: string; name: string; key: string; shop?: string; settings?: object };
  app: Record<string, unknown>;
  former: Record<string, unknown>;
}
const SQUARESPACE: Case = {
  connection: { channel: "squarespace", name: "main", key: "sq", shop: "website" },
  app: {
    ...{ signingSecrets: ["61".repeat(32)], clientId: "client", clientSecret: "client-secret" },
    tokenKey: TOKEN_KEY,
  },
  former: { apiKey: "the-former-key" },
};
const SHOPIFY_KEY = "shopify-client-secret-1";

/** A browser at the consent page: the address that the channel sends it to. */
type Consent = (page: URL) => string;
const consenting: Consent = (page) =>
  `${page.searchParams.get("redirect_uri")}?code=demo-code-1&state=${page.searchParams.get("state")}`;
/** Shopify signs what it sends back. */
const atShopify: Consent = (page) => {
  const { searchParams } = new URL(consenting(page));
  searchParams.set("shop", "north.myshopify.com");
  const text = [...searchParams]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join("&");
  searchParams.set("hmac", createHmac("sha256", SHOPIFY_KEY).update(text).digest("hex"));
  return `${PASTED}?${searchParams}`;
};

/** A stage with one connection, its channel's simulator, and what the operator saw. */
async function stage(t: TestContext, { connection, app, former }: Case = SQUARESPACE) {
  const { channel, name, shop = "" } = connection;
  const path = `${channel}/${name}`;
  const own = secretName("test", "connections", path);
  const emulator = createSecretsManager();
  emulator.create(secretName("test", "endpoints", path), "", JSON.stringify(app));
  emulator.create(own, "", JSON.stringify(former));
  const client = new SecretsManagerClient({ region: "eu-west-1" });
  t.mock.method(client, "send", async (command: { input: object }) => {
    const { status, body } = emulator.answer(command.constructor.name.replace("Command", ""), { ...command.input });
    if (status !== 200) throw Object.assign(new Error(), body, { name: Reflect.get(body, "__type") });
    return body;
  });
  const sandbox = await startChannelSandbox(
    [{ channel, name, shop, endpointName: name, endpoint: app, credentials: {} }],
    { stackUrl: "http://127.0.0.1:9" },
  );
  t.after(() => sandbox.stop());
  const config = z.parse(Config, { stage: "test", connections: [connection], destinations: [], routes: [] });
  const open: Partial<OpenStage> = {
    ...{ config, who: "arn:operator", secretsManager: client, table: new MemoryTable() },
    env: { stage: "test", account: "1", region: "eu-west-1", endpoint: undefined, simulators: sandbox.url },
  };
  const terminal = new TestTerminal(["yes"]);
  const stored = (): unknown => {
    const { body } = emulator.answer("GetSecretValue", { SecretId: own });
    return JSON.parse(String(Reflect.get(body, "SecretString")));
  };
  const pageShown = (): URL => new URL(/https:\S+/.exec(terminal.out.join("\n"))?.[0] ?? "");
  async function run(consent: Consent, redirect = PASTED) {
    const [parsed] = config.connections;
    if (!parsed) throw new Error("no connection");
    terminal.askSecret = async () => consent(pageShown());
    await authorize(parsed, redirect, { stage: open as OpenStage, terminal, yes: false });
  }
  return { run, stored, terminal, pageShown };
}

const SHOPIFY = (api: string, former: object): Case => ({
  connection: { channel: "shopify", name: "north", key: "sh", shop: "north.myshopify.com", settings: { api } },
  app: { signingSecrets: [SHOPIFY_KEY], clientId: "client", tokenKey: TOKEN_KEY },
  former: { ...former },
});
const SQUARE = (more: object): Case => ({
  connection: { channel: "square", name: "main", key: "sq", shop: "MERCHANT" },
  app: { signingSecrets: ["square-signature-key"], clientId: "client", tokenKey: TOKEN_KEY, ...more },
  former: { accessToken: "the-former-token" },
});

/** Each with the fields of the consent page that it needs, and the field that is stored. */
const CHANNELS: [string, Case, Consent, Record<string, string>, string][] = [
  [
    "Squarespace, with offline access",
    SQUARESPACE,
    consenting,
    { client_id: "client", access_type: "offline", scope: "website.orders.read" },
    "refreshToken",
  ],
  [
    "Shoplazza",
    {
      connection: {
        ...{ channel: "shoplazza", name: "main", key: "sl", shop: "north.myshoplaza.com" },
        settings: { domain: "north.myshoplaza.com" },
      },
      app: { signingSecrets: ["shoplazza-client-secret"], clientId: "client", tokenKey: TOKEN_KEY },
      former: { token: "the-former-token" },
    },
    consenting,
    { client_id: "client", scope: "read_order", response_type: "code" },
    "refreshToken",
  ],
  [
    "Square, with the application's secret",
    SQUARE({ clientSecret: "square-client-secret" }),
    consenting,
    { client_id: "client", session: "false" },
    "refreshToken",
  ],
  ["Square, by PKCE", SQUARE({}), consenting, { client_id: "client", session: "false" }, "refreshToken"],
  [
    "Etsy, by PKCE",
    {
      connection: { channel: "etsy", name: "main", key: "et", shop: "31415926" },
      app: {
        ...{ signingSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], keystring: "keystring" },
        ...{ sharedSecret: "shared", tokenKey: TOKEN_KEY },
      },
      former: { refreshToken: "288298098.former" },
    },
    consenting,
    { client_id: "keystring", response_type: "code", code_challenge_method: "S256" },
    "refreshToken",
  ],
  [
    "Shopify, with a token that ends",
    SHOPIFY("refresh-token", { accessToken: "shpat_former" }),
    atShopify,
    { client_id: "client", scope: "read_orders,read_customers,read_products" },
    "refreshToken",
  ],
  [
    "Shopify, with a permanent token",
    SHOPIFY("token", { refreshToken: "former" }),
    atShopify,
    { client_id: "client" },
    "accessToken",
  ],
];
for (const [name, one, consent, fields, field] of CHANNELS) {
  test(`the consent at ${name} is asked for, and its tokens are stored and checked`, async (t) => {
    const { run, stored, terminal, pageShown } = await stage(t, one);
    await run(consent);
    const asked = Object.fromEntries(pageShown().searchParams);
    deepEqual({ ...asked, ...fields, redirect_uri: PASTED.href }, asked);
    const said = terminal.out.join("\n");
    match(said, /has the new tokens[\s\S]*The check of \S+ is good/);
    const { [field]: token, ...others } = stored() as Record<string, string>;
    deepEqual(others, {}, "the former credential is replaced");
    ok(token && token.length > 20);
    ok(!said.includes(token) && !terminal.notes.join("\n").includes(token));
  });
}

test("an address that Shopify did not sign, or that is of another shop, stores nothing", async (t) => {
  const former = { accessToken: "shpat_former" };
  for (const [consent, reason] of [
    [consenting, /not signed by Shopify/],
    [(page: URL) => atShopify(page).replace("north.myshopify", "south.myshopify"), /not signed by Shopify/],
  ] as const) {
    const { run, stored } = await stage(t, SHOPIFY("refresh-token", former));
    await rejects(run(consent), reason);
    deepEqual(stored(), former);
  }
});

test("a consent of another shop than the connection's stores nothing", async (t) => {
  const [, shoplazza] = CHANNELS.find(([name]) => name === "Shoplazza") ?? [];
  const { run, stored } = await stage(t, shoplazza);
  await rejects(
    run((page) => `${consenting(page)}&shop=south.myshoplaza.com`),
    /the consent is of the shop south/,
  );
  deepEqual(stored(), shoplazza?.former);
});

test("at a redirect address on 127.0.0.1 the command waits for the browser itself, and takes no other request for it", async (t) => {
  const { run, stored, terminal, pageShown } = await stage(t);
  const redirect = new URL("http://127.0.0.1:0/callback");
  redirect.port = String(await freePort());
  const listening = new Promise<void>((resolve) => {
    terminal.note = (text) => (text.startsWith("Waiting at") ? resolve() : undefined);
  });
  const running = run(consenting, redirect);
  await Promise.race([listening, running]);
  const get = async (path: string) => (await fetch(new URL(path, redirect))).status;
  equal(await get("/favicon.ico"), 404);
  equal(await get("/other?state=a&code=b"), 404);
  equal(await get(consenting(pageShown())), 200);
  await running;
  ok("refreshToken" in (stored() as object));
});

const REFUSED: [string, Consent, RegExp][] = [
  [
    "the state of another request",
    (page) => `${PASTED}?code=demo-code-1&state=${page.host}`,
    /answers another request/,
  ],
  ["no state", () => `${PASTED}?code=demo-code-1`, /answers another request/],
  ["a refusal", () => `${PASTED}?error=access_denied`, /did not give its consent: access_denied/],
  [
    "a code that the channel does not know",
    (page) => consenting(page).replace("demo-code", "other"),
    /refuses the code/,
  ],
  ["no code", (page) => consenting(page).replace("code=", "kode="), /has no code/],
  ["what is no address", () => "yes", /no address/],
];
for (const [name, consent, reason] of REFUSED) {
  test(`${name}: a sentence, and nothing is stored`, async (t) => {
    const { run, stored } = await stage(t);
    await rejects(run(consent), (error) => error instanceof CommandError && reason.test(error.message));
    deepEqual(stored(), { apiKey: "the-former-key" });
  });
}

test("an app without its credentials, and a channel without consent, get a sentence before anything is asked", async (t) => {
  const { run } = await stage(t, { ...SQUARESPACE, app: { signingSecrets: SQUARESPACE.app["signingSecrets"] } });
  await rejects(run(consenting), /needs clientId and clientSecret/);
  const standard = await stage(t, { ...SQUARESPACE, connection: { channel: "standard", name: "main", key: "st" } });
  await rejects(standard.run(consenting), /has no consent page: docs\/channels\/standard.md/);
});
