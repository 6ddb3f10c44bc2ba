import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { stage as prod } from "../../../infra/stages/prod.ts";
import { connectors, templateOf } from "../../support/synthesised.ts";

const probing = {
  ...{ channel: "standard", name: "probe", key: "PROBE", since: "2026-12-01T00:00:00Z", silentAfter: "1h" },
};
const file = (changes: Partial<StageFile> = {}): StageFile => ({
  ...prod,
  connections: [...prod.connections, probing],
  probe: { connection: "standard/probe", every: "10m" },
  ...changes,
});
const template = templateOf(file(), connectors);
const named = (name: string, of = template) =>
  of.all("AWS::Lambda::Function").find(({ Properties }) => Properties["FunctionName"] === `order-relay-prod-${name}`);

test("a stage without a probe has no function, rule or alarm for it", () => {
  const without = templateOf(prod, connectors);
  equal(named("probe-webhooks", without), undefined);
  ok(!without.text.includes("probe-lost"));
});

test("the probe posts to the stage's own address, by its interval, and never in parallel with a retry", () => {
  match(JSON.stringify(named("probe-webhooks")?.Properties["Environment"]), /ApiEndpoint.*\/webhooks\/standard\/probe/);
  const rules = template.all("AWS::Events::Rule").map(({ Properties }) => Properties["ScheduleExpression"]);
  deepEqual(rules.sort(), ["rate(1 minute)", "rate(10 minutes)"]);
});

test("it may read its own key and its own orders, and nothing else of the stage", () => {
  const statements = template
    .all("AWS::IAM::Policy")
    .filter(({ id }) => id.startsWith("Probe"))
    .map(({ Properties }) => JSON.stringify(Properties["PolicyDocument"]))
    .join();
  match(statements, /"dynamodb:LeadingKeys":\["order#standard\/probe#\*"\]/);
  match(statements, /order-relay\/prod\/endpoints\/standard\/probe-\?{6}/);
  ok(!/PutItem|SendMessage|Query/.test(statements), statements);
});

test("two probes in a row that do not arrive page, and so do two that were not sent", () => {
  const lost = template
    .all("AWS::CloudWatch::Alarm")
    .find(({ Properties }) => Properties["AlarmName"] === "order-relay-prod probe-lost")?.Properties;
  deepEqual(
    [lost?.["MetricName"], lost?.["Period"], lost?.["EvaluationPeriods"], lost?.["TreatMissingData"]],
    ["ProbesArrived", 600, 2, "breaching"],
  );
});

test("a probe that could reach a provider, or that we cannot sign, is refused with what to write", () => {
  const said = (changes: Partial<StageFile>): string => {
    try {
      readStage(file(changes), connectors);
      return "nothing";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  equal(said({}), "nothing");
  const routed = [...prod.routes, { from: ["standard/probe"], to: ["s2/us"] }];
  match(said({ routes: routed }), /routes\[2\]\.from names "standard\/probe".* a probe must reach no provider/);
  match(
    said({ connections: prod.connections }),
    /which is not in connections; add \{ channel: "standard", name: "probe"/,
  );
  match(said({ probe: { connection: "shopify/main" } }), /write one of the channel standard/);
  match(said({ probe: { connection: "standard/probe", every: "90s" } }), /probe\.every is 1\.5 minutes/);
});
