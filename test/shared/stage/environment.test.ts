import { deepEqual, equal, throws } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { environment } from "../../../shared/stage/env.ts";
import { loadConfig } from "../../../shared/stage/load-config.ts";

test("the environment says where a function runs, or which variable is missing", () => {
  const variables = { STAGE: "prod", ACCOUNT_ID: "123456789012", AWS_REGION: "eu-central-1" };
  const optional = { endpoint: undefined, simulators: undefined };
  const expected = { stage: "prod", account: "123456789012", region: "eu-central-1", ...optional };
  deepEqual(environment(variables), expected);
  deepEqual(environment({ ...variables, AWS_ENDPOINT_URL: "" }), expected);
  equal(environment({ ...variables, AWS_ENDPOINT_URL: "http://127.0.0.1:1" }).endpoint, "http://127.0.0.1:1");
  throws(() => environment({ ...variables, STAGE: undefined, ACCOUNT_ID: "1" }), /STAGE, ACCOUNT_ID/);
});

test("only the stage local calls simulators instead of channels, and only those of its own machine", () => {
  const at = (STAGE: string, CHANNEL_SIMULATORS_URL: string) =>
    environment({ STAGE, ACCOUNT_ID: "123456789012", AWS_REGION: "eu-central-1", CHANNEL_SIMULATORS_URL }).simulators;
  equal(at("local", "http://127.0.0.1:4711"), "http://127.0.0.1:4711");
  for (const stage of ["prod", "local-eu", "Local", "locale", "xlocal", " local", "dev"]) {
    equal(at(stage, "http://127.0.0.1:4711"), undefined, stage);
    equal(at(stage, "https://evil.example"), undefined, stage);
  }
  for (const url of [
    ...[
      "https://evil.example",
      "http://127.0.0.1",
      "http://127.0.0.1:1@evil.example",
      "http://127.0.0.1:1.evil.example",
    ],
    ...["http://127.0.0.1:1/x", "https://127.0.0.1:1", "http://127.0.0.1:1\nhttps://evil.example", ""],
  ]) {
    throws(() => at("local", url), /CHANNEL_SIMULATORS_URL/, url);
  }
});

test("the stage's configuration is read from beside the bundle; what is wrong is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "order-relay-test-"));
  const write = (config: object) => writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  try {
    const least = { stage: "prod", connections: [], destinations: [], routes: [] };
    write({ ...least, timing: { secretsMaxAge: "90s" } });
    const { timing } = loadConfig(folder);
    equal(timing.secretsMaxAge, 90_000);
    equal(timing.secretsRecheck, 10_000);
    write({ ...least, timing: { secretsMaxAge: "soon" } });
    throws(() => loadConfig(folder), /timing\.secretsMaxAge/);
    throws(() => loadConfig(""), /LAMBDA_TASK_ROOT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
