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

test("a stage has one Lambda a function and one a provider, named by stage", () => {
  deepEqual([...functions.keys()].sort(), [
    "order-relay-test-create-order-parcelworks",
    "order-relay-test-create-order-slowpost",
    "order-relay-test-find-due",
    "order-relay-test-receive-webhook",
    "order-relay-test-route-order",
  ]);
});

test("a provider without a destination has no Lambda: it would be an idle role with rights", () => {
  const file = stageFile({ destinations: [{ provider: "parcelworks", name: "eu" }], routes: [] });
  ok(!handlersOf(readStage(file, bazaar), bazaar).has("create-order-slowpost"));
});

test("functions run on Node 24 and arm64, and are traced", () => {
  for (const properties of atLeast(5, functions.values())) {
    equal(properties["Runtime"], "nodejs24.x");
    deepEqual(properties["Architectures"], ["arm64"]);
    deepEqual(properties["TracingConfig"], { Mode: "Active" });
  }
});

test("no function has more in its environment than stage, account and Node's settings: no secret, no list that outgrows 4 KB", () => {
  for (const properties of atLeast(5, functions.values())) {
    const Variables = { STAGE: "test", ACCOUNT_ID: { Ref: "AWS::AccountId" }, NODE_OPTIONS: "--max-semi-space-size=2" };
    deepEqual(properties["Environment"], { Variables });
  }
});

test("receive-webhook has 512 MB, since senders wait for it; the others 256; a stage may say otherwise", () => {
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
    "create-order-parcelworks": 256,
    "create-order-slowpost": 256,
  });
  equal(memory(stageFile({ functions: { "route-order": { memory: 1024 } } }))["route-order"], 1024);
});

test("timeouts are the shipped ones, and a provider's own where the shipped one is too short", () => {
  const timeouts = [...functions].map(([name, properties]) => [
    name.replace("order-relay-test-", ""),
    properties["Timeout"],
  ]);
  deepEqual(Object.fromEntries(timeouts), {
    "receive-webhook": 10,
    "route-order": 60,
    "find-due": 60,
    "create-order-parcelworks": 90,
    "create-order-slowpost": 200,
  });
});

test("every log is kept as long as the stage says, and no longer", () => {
  const logs = templateOf(stageFile({ retention: { logs: "30d" } })).all("AWS::Logs::LogGroup");
  equal(logs.length, functions.size + 1);
  for (const { Properties } of logs) equal(Properties["RetentionInDays"], 30);
});

test("find-due runs every minute, and a failed pass is left to the next", () => {
  const [rule] = template.all("AWS::Events::Rule");
  equal(rule?.Properties["ScheduleExpression"], "rate(1 minute)");
  match(JSON.stringify(rule?.Properties["Targets"]), /"MaximumRetryAttempts":0/);
});

test("one line puts a provider's Lambda behind one Elastic IP, which the stack says; the others stay outside", () => {
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
