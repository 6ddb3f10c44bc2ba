import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
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

const APP = {
  ...{ signingSecrets: ["61".repeat(32)], clientId: "client", clientSecret: "client-secret" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};
const SITE = { channel: "squarespace", name: "main", key: "sq", shop: "website" };
const PASTED = new URL("https://app.example/callback");
const OWN = secretName("test", "connections", "squarespace/main");

/** A browser at the consent page: the address that the channel sends it to. */
type Consent = (page: URL) => string;
const consenting: Consent = (page) =>
  `${page.searchParams.get("redirect_uri")}?code=demo-code-1&state=${page.searchParams.get("state")}`;

/** A stage with one Squarespace connection, whose simulator is Squarespace, and what the operator saw. */
async function stage(t: TestContext, { channel = SITE as object, app = APP as Record<string, unknown> } = {}) {
  const emulator = createSecretsManager();
  emulator.create(secretName("test", "endpoints", "squarespace/main"), "", JSON.stringify(app));
  emulator.create(OWN, "", '{"apiKey":"the-former-key"}');
  const client = new SecretsManagerClient({ region: "eu-west-1" });
  t.mock.method(client, "send", async (command: { input: object }) => {
    const { status, body } = emulator.answer(command.constructor.name.replace("Command", ""), { ...command.input });
    if (status !== 200) throw Object.assign(new Error(), body, { name: Reflect.get(body, "__type") });
    return body;
  });
  const sandbox = await startChannelSandbox(
    [{ channel: "squarespace", name: "main", shop: "website", endpointName: "main", endpoint: app, credentials: {} }],
    { stackUrl: "http://127.0.0.1:9" },
  );
  t.after(() => sandbox.stop());
  const config = z.parse(Config, { stage: "test", connections: [channel], destinations: [], routes: [] });
  const open: Partial<OpenStage> = {
    ...{ config, who: "arn:operator", secretsManager: client, table: new MemoryTable() },
    env: { stage: "test", account: "1", region: "eu-west-1", endpoint: undefined, simulators: sandbox.url },
  };
  const terminal = new TestTerminal(["yes"]);
  const stored = (): unknown => {
    const { body } = emulator.answer("GetSecretValue", { SecretId: OWN });
    return JSON.parse(String(Reflect.get(body, "SecretString")));
  };
  const pageShown = (): URL => new URL(/https:\S+/.exec(terminal.out.join("\n"))?.[0] ?? "");
  async function run(consent: Consent, redirect = PASTED) {
    const [connection] = config.connections;
    if (!connection) throw new Error("no connection");
    terminal.askSecret = async () => consent(pageShown());
    await authorize(connection, redirect, { stage: open as OpenStage, terminal, yes: false });
  }
  return { run, stored, terminal, pageShown };
}

test("the consent is asked for offline access, and its tokens are stored and checked", async (t) => {
  const { run, stored, terminal, pageShown } = await stage(t);
  await run(consenting);
  const asked = Object.fromEntries(pageShown().searchParams);
  deepEqual(
    [asked["client_id"], asked["access_type"], asked["scope"], asked["redirect_uri"]],
    ["client", "offline", "website.orders.read", PASTED.href],
  );
  const said = terminal.out.join("\n");
  match(said, /squarespace\/main has the new tokens[\s\S]*check of squarespace\/main is good/);
  const { refreshToken, ...others } = stored() as Record<string, string>;
  deepEqual(others, {}, "the API key is replaced");
  ok(refreshToken && refreshToken.length > 20);
  ok(!said.includes(refreshToken) && !terminal.notes.join("\n").includes(refreshToken));
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
  const { run } = await stage(t, { app: { signingSecrets: APP.signingSecrets } });
  await rejects(run(consenting), /needs clientId and clientSecret/);
  const standard = await stage(t, { channel: { ...SITE, channel: "standard" } });
  await rejects(standard.run(consenting), /has no consent page: docs\/channels\/standard.md/);
});
