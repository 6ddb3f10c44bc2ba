import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { appChannels, appStage } from "../../support/app-channels.ts";
import { templateOf } from "../../support/synthesised.ts";

const template = templateOf(appStage(), appChannels);

const secretNames = new Map(
  template.all("AWS::SecretsManager::Secret").map(({ id, Properties }) => [id, String(Properties["Name"])]),
);
const Policy = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown() })),
  }),
});

/** Names of the secrets that a function's role may read. */
function secretsOf(role: RegExp): string[] {
  const policies = template
    .all("AWS::IAM::Policy")
    .map(({ Properties }) => z.parse(Policy, Properties))
    .filter(({ Roles }) => Roles.some(({ Ref }) => role.test(Ref)));
  ok(policies.length > 0);
  const read = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => JSON.stringify(Action).includes("secretsmanager:GetSecretValue"));
  const ids = [...JSON.stringify(read).matchAll(/"Ref":"(\w+)"/g)].map(([, id = ""]) => secretNames.get(id) ?? id);
  return ids.map((name) => name.replace("order-relay/test/", "")).sort();
}

test("an app's endpoint has one route for all its shops; a channel that sends to queues has none", () => {
  const routes = template.all("AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties["RouteKey"]);
  deepEqual(routes, ["POST /webhooks/mall/app"]);
  const [live] = template.all("AWS::ApiGatewayV2::Stage");
  deepEqual(Object.keys(Object(live?.Properties["RouteSettings"])), ["POST /webhooks/mall/app"]);
});

test("an endpoint and a connection with credentials each have a secret, and only its readers may read it", () => {
  deepEqual(
    [...secretNames.values()].filter((name) => !name.includes("/destinations/")).sort(),
    [
      "connections/harbour/east",
      "connections/harbour/west",
      "connections/mall/north",
      "connections/mall/south",
      "endpoints/harbour/east",
      "endpoints/mall/app",
    ].map((name) => `order-relay/test/${name}`),
  );
  deepEqual(secretsOf(/ReceiveWebhook/), ["endpoints/mall/app"]);
  deepEqual(secretsOf(/RouteOrder/), [
    "connections/harbour/east",
    "connections/harbour/west",
    "connections/mall/north",
    "connections/mall/south",
    "endpoints/harbour/east",
    "endpoints/mall/app",
  ]);
});

test("a secret's description names the fields to fill in", () => {
  const descriptions = new Map(
    template
      .all("AWS::SecretsManager::Secret")
      .map(({ Properties }) => [String(Properties["Name"]), Properties["Description"]]),
  );
  equal(descriptions.get("order-relay/test/endpoints/mall/app"), "JSON with appSecret: of the app");
  equal(descriptions.get("order-relay/test/connections/mall/north"), "JSON with refreshToken: of the shop");
});

test("each connection of a queue channel has its own encrypted queue and DLQ, with route-order as the consumer", () => {
  const queues = template
    .all("AWS::SQS::Queue")
    .filter(({ Properties }) => String(Properties["QueueName"]).includes("-notifications-"));
  deepEqual(
    queues.map(({ Properties }) => Properties["QueueName"]).sort(),
    ["east", "east-dlq", "west", "west-dlq"].map((name) => `order-relay-test-notifications-harbour-${name}`),
  );
  for (const { Properties } of queues) ok(Properties["KmsMasterKeyId"], String(Properties["QueueName"]));
  const sources = template
    .all("AWS::Lambda::EventSourceMapping")
    .filter(({ Properties }) => JSON.stringify(Properties["EventSourceArn"]).includes("Notifications"));
  equal(sources.length, 2);
  for (const { Properties } of sources) {
    deepEqual(Properties["ScalingConfig"], { MaximumConcurrency: 2 });
    ok(JSON.stringify(Properties["FunctionName"]).includes("RouteOrder"));
  }
});

const Statement = z.object({
  Sid: z.optional(z.string()),
  Effect: z.string(),
  Principal: z.unknown(),
  Action: z.unknown(),
  Condition: z.optional(z.unknown()),
});
const PolicyOf = z.object({ Statement: z.array(Statement) });

/** What the policy of the queue of a connection, or of the stage's key, allows a sender. */
function allowed(of: typeof template, where: "queue" | "key", sid: RegExp) {
  const documents =
    where === "key"
      ? of.all("AWS::KMS::Key").map(({ Properties }) => Properties["KeyPolicy"])
      : of
          .all("AWS::SQS::QueuePolicy")
          .filter(({ id }) => id.includes("Notifications") && !id.includes("DeadLetters"))
          .map(({ Properties }) => Properties["PolicyDocument"]);
  return documents
    .flatMap((document) => z.parse(PolicyOf, document).Statement)
    .filter(({ Sid, Effect }) => Effect === "Allow" && sid.test(Sid ?? ""));
}

test("the sender of a queue may send to it and encrypt with the stage's key; the key lets each sender in once", () => {
  const sends = allowed(template, "queue", /Sends$/);
  equal(sends.length, 2, "a queue each");
  for (const { Principal, Action } of sends) {
    ok(JSON.stringify(Principal).includes(":iam::210987654321:root"));
    deepEqual(Action, ["sqs:SendMessage", "sqs:GetQueueAttributes"]);
  }
  const [key, ...more] = allowed(template, "key", /^(?:Account|EventBridge).*Sends$/);
  equal(more.length, 0);
  ok(JSON.stringify(key?.Principal).includes(":iam::210987654321:root"));
  deepEqual([key?.Action, key?.Condition], [["kms:Decrypt", "kms:GenerateDataKey"], undefined]);
});

test("EventBridge may send from rules of the stack's own account and region alone", () => {
  const north = { channel: "harbour", name: "north", key: "HN", shop: "n-1", since: "2026-01-01T00:00:00Z" };
  const other = templateOf(appStage({ endpoints: [], connections: [north] }), appChannels);
  const [send] = allowed(other, "queue", /Sends$/);
  deepEqual([send?.Principal, send?.Action], [{ Service: "events.amazonaws.com" }, "sqs:SendMessage"]);
  const condition = JSON.stringify(send?.Condition);
  ok(condition.startsWith('{"ArnLike":{"aws:SourceArn":'), condition);
  ok(condition.includes(":rule/*") && condition.includes("AWS::AccountId"), condition);
  equal(allowed(other, "key", /^EventBridgeSends$/).length, 1);
});

test("a queue that the stage file names is consumed, and nothing of it is made or watched here", () => {
  const arn = "arn:aws:sqs:eu-west-1:111122223333:amazon-orders";
  const key = "arn:aws:kms:eu-west-1:111122223333:key/0b1c";
  const east = { channel: "harbour", name: "east", key: "HE", shop: "e-1", since: "2026-01-01T00:00:00Z" };
  const other = templateOf(appStage({ endpoints: [], connections: [{ ...east, queue: { arn, key } }] }), appChannels);
  equal(JSON.stringify(other.all("AWS::SQS::Queue")).includes("notifications"), false);
  const [source] = other
    .all("AWS::Lambda::EventSourceMapping")
    .filter(({ Properties }) => Properties["EventSourceArn"] === arn);
  deepEqual(
    [source?.Properties["ScalingConfig"], source?.Properties["FunctionResponseTypes"], source?.Properties["BatchSize"]],
    [{ MaximumConcurrency: 2 }, ["ReportBatchItemFailures"], 10],
  );
  const statements = other
    .all("AWS::IAM::Policy")
    .flatMap(({ Properties }) => z.parse(Policy, Properties).PolicyDocument.Statement);
  const consume = statements.find(({ Resource }) => Resource === arn);
  for (const action of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"]) {
    ok(JSON.stringify(consume?.Action).includes(`sqs:${action}`), action);
  }
  deepEqual(statements.find(({ Resource }) => Resource === key)?.Action, "kms:Decrypt");
  equal(
    other.all("AWS::CloudWatch::Alarm").some(({ Properties }) => String(Properties["AlarmName"]).includes("notif")),
    false,
  );
});

const alarms = new Map(
  template
    .all("AWS::CloudWatch::Alarm")
    .map(({ Properties }) => [String(Properties["AlarmName"]).replace("order-relay-test ", ""), Properties]),
);

test("alarms watch keys and silence by endpoint, held orders and refused credentials by connection, notifications by queue", () => {
  const about = (word: string) => [...alarms.keys()].filter((name) => name.includes(word)).sort();
  deepEqual(about("mall/"), [
    "channel-credentials-refused mall/north",
    "channel-credentials-refused mall/south",
    "events-missed mall/north",
    "events-missed mall/south",
    "key-changed mall/app",
    "orders-held mall/north",
    "orders-held mall/south",
    "reconcile-overdue mall/north",
    "reconcile-overdue mall/south",
    "signature-failures mall/app",
    "silence mall/app",
  ]);
  deepEqual(about("harbour/east"), [
    "channel-credentials-refused harbour/east",
    "events-missed harbour/east",
    "notification-dead-letters harbour/east",
    "notifications-waiting harbour/east",
    "old-dead-letter notifications harbour/east",
    "orders-held harbour/east",
    "reconcile-overdue harbour/east",
    "silence harbour/east",
  ]);
  deepEqual(JSON.stringify(alarms.get("signature-failures mall/app")?.["Dimensions"]).includes('"endpoint"'), true);
});

test("the shortest silentAfter of an app's shops sets the silence alarm of its endpoint", () => {
  equal(alarms.get("silence mall/app")?.["EvaluationPeriods"], 4);
});

test("the silence alarm of a queue uses SQS's count of sent messages, since no function counts them", () => {
  const { MetricName, EvaluationPeriods, TreatMissingData } = alarms.get("silence harbour/east") ?? {};
  deepEqual([MetricName, EvaluationPeriods, TreatMissingData], ["NumberOfMessagesSent", 6, "breaching"]);
});
