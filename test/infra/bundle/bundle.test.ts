import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundle } from "../../../infra/bundle/bundle.ts";
import { connectors } from "../../../infra/stage-file/connectors.ts";
import { handlersOf } from "../../../infra/stage-file/handlers.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { stage as local } from "../../../local/stages/local.ts";
import { loadConfig } from "../../../shared/stage/load-config.ts";

const RECEIVE_WEBHOOK = "functions/receive-webhook/handler.ts";
const stage = readStage(local, connectors);
const folders = new Map<string, Promise<string>>();

function bundled(entry: string): Promise<string> {
  const folder = folders.get(entry) ?? bundle(entry, stage.written);
  folders.set(entry, folder);
  return folder;
}
after(async () => {
  for (const folder of await Promise.all(folders.values())) rmSync(folder, { recursive: true, force: true });
});

const filesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test("the same sources give the same bytes, so CDK does not deploy an unchanged function again", async () => {
  const one = await bundled(RECEIVE_WEBHOOK);
  const other = await bundle(RECEIVE_WEBHOOK, stage.written);
  folders.set("again", Promise.resolve(other));
  deepEqual(filesOf(one), filesOf(other));
  ok(
    Object.values(filesOf(one)).every((text) => !text.includes(process.cwd())),
    "no path of this machine",
  );
});

test("calls to other systems name our release, without reading a file", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const files = Object.values(filesOf(await bundled("functions/providers/kakaclo/handler.ts")));
  ok(files.some((text) => text.includes(`order-relay/${version}`)));
});

test("the bundle has the stage's configuration as in the stage file, and the functions can parse it", async () => {
  deepEqual(loadConfig(await bundled(RECEIVE_WEBHOOK)), stage.config);
});

test("the bundle lacks the credential providers that Lambda never needs", async () => {
  const text = Object.values(filesOf(await bundled(RECEIVE_WEBHOOK))).join("");
  match(text, /AWS_ACCESS_KEY_ID/);
  for (const word of ["AWS_WEB_IDENTITY_TOKEN_FILE", "sso_start_url", "credential_process"])
    ok(!text.includes(word), word);
});

test("S3's client is loaded for an oversized event or body, not at the start", async () => {
  const files = filesOf(await bundled(RECEIVE_WEBHOOK));
  const started = new Set<string>();
  const load = (name: string) => {
    if (started.has(name)) return;
    started.add(name);
    for (const [, next = ""] of (files[name] ?? "").matchAll(/(?:from|import)"\.\/([^"]+)"/g)) load(next);
  };
  load("index.mjs");
  ok(files["s3-texts.mjs"]?.includes("PutObject"));
  ok(![...started].some((name) => files[name]?.includes("PutObject")));
});

for (const [name, entry] of handlersOf(stage, connectors)) {
  test(`${name}: the bundle loads as Lambda loads it, and exports a handler`, async () => {
    const folder = await bundled(entry);
    Object.assign(process.env, {
      LAMBDA_TASK_ROOT: folder,
      STAGE: "local",
      ACCOUNT_ID: "000000000000",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
    const { handler }: { handler?: unknown } = await import(pathToFileURL(join(folder, "index.mjs")).href);
    equal(typeof handler, "function");
  });
}

test("the error for a missing handler names it", async () => {
  await rejects(
    bundle("functions/providers/nothing/handler.ts", {}),
    /There is no functions\/providers\/nothing\/handler\.ts\. Write it and export `handler`/,
  );
});
