import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { handlersOf } from "../../../infra/stage-file/handlers.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { atLeast } from "../../support/at-least.ts";
import { bazaar, stageFile, templateOf } from "../../support/synthesised.ts";

const template = templateOf(stageFile());
const functions = new Map(
  template.all("AWS::Lambda::Function").map(({ Properties }) => [String(Properties["FunctionName"]), Properties]),
);

test("a stage has one Lambda for each function and each provider, named after the stage", () => {
  deepEqual([...functions.keys()].sort(), [
    "order-relay-test-create-order-parcelworks",
    "order-relay-test-create-order-slowpost",
    "order-relay-test-find-due",
    "order-relay-test-receive-webhook",
    "order-relay-test-reconcile",
    "order-relay-test-route-order",
  ]);
});

test("a provider without a destination has no Lambda: its role would be unused permissions", () => {
  const file = stageFile({ destinations: [{ provider: "parcelworks", name: "eu" }], routes: [] });
  ok(!handlersOf(readStage(file, bazaar), bazaar).has("create-order-slowpost"));
});

test("functions run on Node 24 and arm64, with tracing", () => {
  for (const properties of atLeast(5, functions.values())) {
    equal(properties["Runtime"], "nodejs24.x");
    deepEqual(properties["Architectures"], ["arm64"]);
    deepEqual(properties["TracingConfig"], { Mode: "Active" });
  }
});

test("a function's environment has only stage, account and Node's settings: no secret, and no list that outgrows 4 KB", () => {
  for (const properties of atLeast(5, functions.values())) {
    const Variables = { STAGE: "test", ACCOUNT_ID: { Ref: "AWS::AccountId" }, NODE_OPTIONS: "--max-semi-space-size=2" };
    deepEqual(properties["Environment"], { Variables });
  }
});

test("receive-webhook has 512 MB, since senders wait for it, the others 256; a stage may change that", () => {
  const memory = (file = stageFile()) =>
    Object.fromEntries(
      templateOf(file)
        .all("AWS::Lambda::Function")
        .map(({ Properties }) => [
          String(Properties["FunctionName"]).replace("order-relay-test-", ""),
          Properties["MemorySize"],
        ]),
    );
  deepEqual(memory(), {
    "receive-webhook": 512,
    "route-order": 256,
    "find-due": 256,
    reconcile: 256,
    "create-order-parcelworks": 256,
    "create-order-slowpost": 256,
  });
  equal(memory(stageFile({ functions: { "route-order": { memory: 1024 } } }))["route-order"], 1024);
});

test("timeouts are the defaults, or a provider's own if the default is too short", () => {
  const timeouts = [...functions].map(([name, properties]) => [
    name.replace("order-relay-test-", ""),
    properties["Timeout"],
  ]);
  deepEqual(Object.fromEntries(timeouts), {
    "receive-webhook": 10,
    "route-order": 60,
    "find-due": 60,
    reconcile: 60,
    "create-order-parcelworks": 90,
    "create-order-slowpost": 200,
  });
});

test("every log has the stage's retention", () => {
  const logs = templateOf(stageFile({ retention: { logs: "30d" } })).all("AWS::Logs::LogGroup");
  equal(logs.length, functions.size + 1);
  for (const { Properties } of logs) equal(Properties["RetentionInDays"], 30);
});

test("find-due and reconcile run every minute, without retries: the next pass follows a failed one", () => {
  const rules = template.all("AWS::Events::Rule");
  equal(rules.length, 2);
  for (const { Properties } of rules) {
    equal(Properties["ScheduleExpression"], "rate(1 minute)");
    match(JSON.stringify(Properties["Targets"]), /"MaximumRetryAttempts":0/);
  }
});

test("a stage without a connection to list has no reconcile, and no alarm about it", () => {
  const [bazaarMain, soukMain] = stageFile().connections;
  for (const connections of [[bazaarMain], [bazaarMain, { ...soukMain, reconcileEvery: "off" as const }]]) {
    const file = stageFile({ connections: connections as never, routes: [] });
    doesNotMatch(templateOf(file).text, /test-reconcile|reconcile-|events-missed/);
  }
});

test("a channel's name puts route-order and reconcile, which call the channels' APIs, behind the fixed address; both may be named", () => {
  const inside = (...fixedEgress: string[]) =>
    templateOf(stageFile({ fixedEgress }))
      .all("AWS::Lambda::Function")
      .filter(({ Properties }) => Properties["VpcConfig"])
      .map(({ Properties }) => Properties["FunctionName"]);
  deepEqual(inside("souk").sort(), ["order-relay-test-reconcile", "order-relay-test-route-order"]);
  deepEqual(inside("souk", "slowpost").sort(), [
    "order-relay-test-create-order-slowpost",
    "order-relay-test-reconcile",
    "order-relay-test-route-order",
  ]);
});

test("one line puts a provider's Lambda behind one Elastic IP, which is a stack output; the others stay outside the VPC", () => {
  doesNotMatch(template.text, /AWS::EC2::/);
  const fixed = templateOf(stageFile({ fixedEgress: ["slowpost"] }));
  const inside = fixed.all("AWS::Lambda::Function").filter(({ Properties }) => Properties["VpcConfig"]);
  deepEqual(
    inside.map(({ Properties }) => Properties["FunctionName"]),
    ["order-relay-test-create-order-slowpost"],
  );
  const [address, ...more] = fixed.all("AWS::EC2::EIP");
  equal(more.length, 0);
  equal(address?.DeletionPolicy, "RetainExceptOnCreate", "providers have it in their allow lists");
  equal(fixed.all("AWS::EC2::NatGateway").length, 1);
  deepEqual(fixed.json.Outputs.AllowListThis, { Value: { "Fn::GetAtt": [address?.id, "PublicIp"] } });
});
