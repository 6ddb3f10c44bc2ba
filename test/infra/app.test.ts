import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { THOROUGH } from "../support/thorough.ts";

const outdir = mkdtempSync(join(tmpdir(), "order-relay-app-"));
/** The app's temporary folder. */
const temporary = mkdtempSync(join(tmpdir(), "order-relay-app-"));
after(() => {
  for (const folder of [outdir, temporary]) rmSync(folder, { recursive: true, force: true });
});

/** `cdk synth -c stage=<stage>`, without the CLI around it. */
function synth(stage: string, context: Record<string, string> = {}) {
  const { status, stderr } = spawnSync(process.execPath, ["infra/app.ts"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      ...process.env,
      TMPDIR: temporary,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage }),
      CDK_VALIDATION: "false",
    },
    encoding: "utf8",
  });
  return { status, stderr };
}

test("a missing stage file gives a sentence and no stack trace", () => {
  const { status, stderr } = synth("production");
  equal(status, 1);
  match(
    stderr,
    /^infra\/stages\/production\.ts: there is no such file; copy infra\/stages\/prod\.ts, or take the stage prod/,
  );
  doesNotMatch(stderr, /^ +at /m);
});

test("a stage's name cannot be a path", () => {
  match(synth("../app").stderr, /there is no such file/);
});

test("the example production stage synthesises with its bundles and leaves no temporary bundle behind", () => {
  deepEqual(synth("prod"), { status: 0, stderr: "" });
  match(readdirSync(outdir).join(), /order-relay-prod\.template\.json/);
  deepEqual(readdirSync(temporary), []);
});

if (THOROUGH) test("for a stage of 120 shops the synth says how many fit, without the CDK's stack trace", tooLarge);

function tooLarge(): void {
  const stages = mkdtempSync(join(outdir, "stages-"));
  const shops = Array.from({ length: 120 }, (_, index) => `shop-${index}`);
  const stage = {
    stage: "large",
    connections: shops.map((name, index) => ({
      channel: "standard",
      name,
      key: `S${index}`,
      since: "2026-12-01T00:00:00Z",
    })),
    destinations: [{ provider: "kakaclo", name: "eu" }],
    routes: [{ from: shops.map((name) => `standard/${name}`), to: ["kakaclo/eu"] }],
    alarms: { page: ["oncall@example.com"], ticket: ["orders@example.com"] },
  };
  writeFileSync(join(stages, "large.ts"), `export const stage = ${JSON.stringify(stage)};`);
  const { status, stderr } = synth("large", { stages });
  equal(status, 1);
  ok(stderr.startsWith(`${join(stages, "large.ts")}: `), stderr);
  match(
    stderr,
    /stages-[^/]+\/large\.ts: 120 connections and 1 destinations make \d+ CloudFormation resources in a stack, of which 500 are allowed.*; about \d+ connections fit/,
  );
  doesNotMatch(stderr, /^ +at /m);
}
