import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reportTicket } from "../../../shared/telemetry/report-ticket.ts";
import { linesWrittenBy, metricsIn } from "../../support/lines-written-by.ts";
import { type Resource, stageFile, templateOf } from "../../support/synthesised.ts";

const template = templateOf(stageFile());
const alarms = new Map(
  template
    .all("AWS::CloudWatch::Alarm")
    .map((alarm) => [String(alarm.Properties["AlarmName"]).replace("order-relay-test ", ""), alarm]),
);
const runbook = readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8");

/** Anchors as GitHub makes them: lower case, hyphens for spaces. */
const anchors = new Set(
  [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  ),
);

const lane = (alarm: Resource | undefined) => JSON.stringify(alarm?.Properties["AlarmActions"]);
const topic = (name: string) =>
  template.all("AWS::SNS::Topic").find(({ Properties }) => Properties["TopicName"] === `order-relay-test-${name}`)
    ?.id ?? "none";

test("every alarm names an existing heading of docs/runbook.md", () => {
  ok(alarms.size > 30);
  for (const [name, { Properties }] of alarms) {
    const [, anchor = ""] = /What to do: docs\/runbook\.md#(.+)$/.exec(String(Properties["AlarmDescription"])) ?? [];
    ok(anchors.has(anchor), `${name} points at "${anchor}"`);
  }
});

test("every connection, destination, function and the intake have all their alarms", () => {
  const expected = [
    "buyers-hidden",
    "changes-untimed",
    "channel-credentials-refused souk/main",
    "connections-interrupted",
    "data-requested",
    "dead-letters parcelworks/eu",
    "dead-letters slowpost/north",
    "erasures-late",
    "erasures-requested",
    ...[
      "create-order-parcelworks",
      "create-order-slowpost",
      "find-due",
      "receive-webhook",
      "reconcile",
      "route-order",
    ].map((name) => `errors ${name}`),
    "events-failed",
    "events-missed souk/main",
    "failed parcelworks/eu",
    "failed slowpost/north",
    "failing parcelworks/eu",
    "failing slowpost/north",
    "find-due-stopped",
    "intake-dead-letters",
    "intake-waiting",
    "key-changed bazaar/main",
    "key-changed souk/main",
    "late-cancellation parcelworks/eu",
    "late-cancellation slowpost/north",
    "notices-failed page",
    "notices-failed ticket",
    "old-dead-letter intake",
    "old-dead-letter parcelworks/eu",
    "old-dead-letter slowpost/north",
    "orders-gone",
    "orders-held bazaar/main",
    "orders-held souk/main",
    "orders-to-check",
    "orders-unread",
    "overdue parcelworks/eu",
    "overdue slowpost/north",
    "reconcile-overdue souk/main",
    "reconcile-stopped",
    "rejected parcelworks/eu",
    "rejected slowpost/north",
    "removed-destinations",
    "signature-failures bazaar/main",
    "signature-failures souk/main",
    "silence bazaar/main",
    "silence souk/main",
    ...["create-order-parcelworks", "create-order-slowpost", "find-due", "reconcile", "route-order"].map(
      (name) => `slow ${name}`,
    ),
    "throttled parcelworks/eu",
    "throttled slowpost/north",
    "webhook-refused-5xx-once",
    "webhooks-refused-5xx",
    "webhooks-slow",
    "webhooks-throttled",
    "webhooks-unsigned",
  ];
  deepEqual([...alarms.keys()].sort(), expected.sort());
});

test("refused credentials page for each connection whose channel has an API: the alarm counts only its own", () => {
  const refused = alarms.get("channel-credentials-refused souk/main");
  ok(lane(refused).includes(topic("page")));
  deepEqual(refused?.Properties["Dimensions"], [
    { Name: "connection", Value: "souk/main" },
    { Name: "stage", Value: "test" },
  ]);
});

test("a failed delivery pages; a rejected one raises a ticket: data is fixed in office hours", () => {
  ok(lane(alarms.get("failed parcelworks/eu")).includes(topic("page")));
  ok(lane(alarms.get("rejected parcelworks/eu")).includes(topic("ticket")));
  ok(lane(alarms.get("dead-letters parcelworks/eu")).includes(topic("ticket")));
});

test("each lane notifies the stage's recipients, by e-mail or https", () => {
  const subscriptions = template
    .all("AWS::SNS::Subscription")
    .map(({ Properties }) => [Properties["Protocol"], Properties["Endpoint"]]);
  deepEqual(subscriptions.sort(), [
    ["email", "oncall@example.com"],
    ["https", "https://tickets.example.com/sns"],
  ]);
});

test("missing data does not breach for an empty queue, and breaches for a silent connection", () => {
  equal(alarms.get("dead-letters parcelworks/eu")?.Properties["TreatMissingData"], "notBreaching");
  const silence = alarms.get("silence bazaar/main")?.Properties;
  deepEqual(
    [silence?.["TreatMissingData"], silence?.["Period"], silence?.["EvaluationPeriods"]],
    ["breaching", 3600, 3],
  );
});

test("an order that the merchant wants to hear of raises a ticket: the metric that its report writes rings", async () => {
  const order = { channel: "bazaar", connection: "main", orderId: "1" };
  const lines = await linesWrittenBy(async () => reportTicket({ kind: "held-too-long" }, order));
  deepEqual(
    metricsIn(lines).map((values) => values["OrdersToCheck"]),
    [1],
  );
  const [named] = lines.filter(({ message }) => message === "order.ticket");
  deepEqual([named?.["kind"], named?.["connection"], named?.["orderId"]], ["held-too-long", "main", "1"]);
  const alarm = alarms.get("orders-to-check");
  const { MetricName, Namespace, Statistic, Threshold, Dimensions } = alarm?.Properties ?? {};
  deepEqual([MetricName, Namespace, Statistic, Threshold], ["OrdersToCheck", "OrderRelay", "Sum", 1]);
  deepEqual(Dimensions, [{ Name: "stage", Value: "test" }]);
  ok(lane(alarm).includes(topic("ticket")));
});

test("a dead letter raises a second alarm after 7 days, half its retention", () => {
  const { MetricName, Statistic, Period, EvaluationPeriods, Threshold } =
    alarms.get("old-dead-letter intake")?.Properties ?? {};
  // Not SQS's age, which leaves out messages that were received three times.
  deepEqual([MetricName, Statistic, Threshold], ["ApproximateNumberOfMessagesVisible", "Maximum", 1]);
  equal(Number(Period) * Number(EvaluationPeriods), 7 * 86_400);
});

test("a function's alarm goes off at 80 % of its timeout", () => {
  equal(alarms.get("slow create-order-slowpost")?.Properties["Threshold"], 160_000);
});

test("our metrics have the dimension connection or destination, never both: each pair would be billed", () => {
  for (const { Properties } of alarms.values()) {
    const dimensions = JSON.stringify(Properties["Dimensions"] ?? "");
    ok(!(dimensions.includes('"connection"') && dimensions.includes('"destination"')));
  }
});

test("the dashboard draws every connection and every destination", () => {
  const [dashboard] = template.all("AWS::CloudWatch::Dashboard");
  const body = JSON.stringify(dashboard?.Properties["DashboardBody"]);
  for (const name of ["bazaar/main", "souk/main", "parcelworks/eu", "slowpost/north", "intake"])
    ok(body.includes(name), name);
  match(body, /LatencyWebhookToCreated/);
});

test("failing, failed, overdue and held are gauges of the ledger: missing data does not end their alarms", () => {
  for (const [name, metric] of [
    ["failing parcelworks/eu", "WaitingFailing"],
    ["failed parcelworks/eu", "WaitingFailed"],
    ["overdue parcelworks/eu", "DeliveriesOverdue"],
    ["orders-held bazaar/main", "OrdersHeld"],
  ] as const) {
    const { MetricName, Statistic, Threshold, TreatMissingData } = alarms.get(name)?.Properties ?? {};
    deepEqual([MetricName, Statistic, Threshold, TreatMissingData], [metric, "Maximum", 1, "ignore"], name);
  }
  equal(alarms.get("removed-destinations")?.Properties["MetricName"], "DeliveriesOverdue");
  match(JSON.stringify(alarms.get("removed-destinations")?.Properties["Dimensions"]), /"removed"/);
});

test("one refused signed webhook pages if none was accepted in the hour: a small shop never reaches the threshold", () => {
  const { Metrics, Threshold } = alarms.get("key-changed souk/main")?.Properties ?? {};
  equal(Threshold, 1);
  const text = JSON.stringify(Metrics);
  match(text, /"IF\(accepted > 0, 0, refused\)"/);
  for (const metric of ["EventsReceived", "SignatureFailures"]) ok(text.includes(`"MetricName":"${metric}"`));
  ok(!text.includes('"Period":300'));
});

test("an hour without webhooks does not end the alarm for a changed key", () => {
  equal(alarms.get("key-changed souk/main")?.Properties["TreatMissingData"], "missing");
  equal(alarms.get("events-failed")?.Properties["MetricName"], "EventsFailed");
  const { EvaluationPeriods, DatapointsToAlarm, Period } = alarms.get("slow route-order")?.Properties ?? {};
  deepEqual(
    [EvaluationPeriods, DatapointsToAlarm, Period],
    [12, 3, 300],
    "three long runs in an hour, not necessarily consecutive",
  );
});

test("each rejection notifies again; the alarm for dead letters stays in ALARM", () => {
  const { MetricName, Statistic, Period } = alarms.get("rejected parcelworks/eu")?.Properties ?? {};
  deepEqual([MetricName, Statistic, Period], ["DeliveriesRejected", "Sum", 300]);
  equal(alarms.get("dead-letters parcelworks/eu")?.Properties["MetricName"], "ApproximateNumberOfMessagesVisible");
});

const datapoints = (name: string) => {
  const { DatapointsToAlarm, EvaluationPeriods, Period } = alarms.get(name)?.Properties ?? {};
  return [DatapointsToAlarm, EvaluationPeriods, Period];
};

test("a probe without a signature does not page: requests without one are counted apart, and many in a day are a ticket", () => {
  for (const name of ["signature-failures bazaar/main", "key-changed bazaar/main"]) {
    ok(!JSON.stringify(alarms.get(name)?.Properties).includes("EventsUnsigned"), name);
  }
  const unsigned = alarms.get("webhooks-unsigned");
  deepEqual([unsigned?.Properties["MetricName"], unsigned?.Properties["Threshold"]], ["EventsUnsigned", 10]);
  deepEqual(datapoints("webhooks-unsigned"), [1, 1, 86_400]);
  ok(lane(unsigned).includes(topic("ticket")));
});

test("a single 503 is a ticket, since most senders retry; a second one within 15 minutes pages", () => {
  deepEqual(datapoints("webhooks-refused-5xx"), [2, 3, 300]);
  ok(lane(alarms.get("webhooks-refused-5xx")).includes(topic("page")));
  deepEqual(datapoints("webhook-refused-5xx-once"), [1, 1, 300]);
  ok(lane(alarms.get("webhook-refused-5xx-once")).includes(topic("ticket")));
});

test("a function that fails once does not page; the second failure of one message does, whenever SQS returns it", () => {
  for (const name of [
    "create-order-parcelworks",
    "create-order-slowpost",
    "find-due",
    "receive-webhook",
    "route-order",
  ]) {
    const [count, periods] = datapoints(`errors ${name}`);
    equal(count, 2, name);
    const timeout = Number(functionNamed(name)?.Properties["Timeout"]);
    ok(Number(periods) >= 3 && (Number(periods) - 1) * 300 >= 6 * timeout, `${name}: ${periods} periods`);
  }
});

const functionNamed = (name: string) =>
  template
    .all("AWS::Lambda::Function")
    .find(({ Properties }) => Properties["FunctionName"] === `order-relay-test-${name}`);

test("slow answers are measured where the sender waits, against the channel that waits least", () => {
  const { MetricName, ExtendedStatistic, Threshold } = alarms.get("webhooks-slow")?.Properties ?? {};
  deepEqual([MetricName, ExtendedStatistic, Threshold], ["Latency", "p99", 400]);
  const { connections = [] } = stageFile();
  const patient = templateOf(stageFile({ connections: connections.slice(0, 1), routes: [] }));
  const slow = patient
    .all("AWS::CloudWatch::Alarm")
    .find(({ Properties }) => Properties["AlarmName"] === "order-relay-test webhooks-slow");
  equal(slow?.Properties["Threshold"], 4000, "80 % of the 5 s that Shopify waits");
});

test("notices that SNS cannot deliver are reported by the other lane", () => {
  for (const [failing, other] of [
    ["page", "ticket"],
    ["ticket", "page"],
  ] as const) {
    const alarm = alarms.get(`notices-failed ${failing}`);
    equal(alarm?.Properties["MetricName"], "NumberOfNotificationsFailed");
    ok(JSON.stringify(alarm?.Properties["Dimensions"]).includes(topic(failing)));
    ok(lane(alarm).includes(topic(other)) && !lane(alarm).includes(topic(failing)));
  }
});
