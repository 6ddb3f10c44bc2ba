import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { stage as prod } from "../../../infra/stages/prod.ts";
import { stage as local } from "../../../local/stages/local.ts";
import { atLeast } from "../../support/at-least.ts";
import { connectors, type Resource, stageFile, templateOf } from "../../support/synthesised.ts";

const Reference = z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) });
const Queue = z.object({
  QueueName: z.string(),
  MessageRetentionPeriod: z.number(),
  VisibilityTimeout: z.optional(z.number()),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: Reference, maxReceiveCount: z.number() })),
  RedriveAllowPolicy: z.optional(z.object({ redrivePermission: z.string(), sourceQueueArns: z.array(z.unknown()) })),
});
const Source = z.object({
  EventSourceArn: Reference,
  FunctionName: z.object({ Ref: z.string() }),
  BatchSize: z.number(),
  FunctionResponseTypes: z.array(z.string()),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
});
const Lambda = z.object({ FunctionName: z.string(), Timeout: z.number() });

const parsed = <T>(schema: z.ZodMiniType<T>, resources: Resource[]) =>
  new Map(resources.map(({ id, Properties }) => [id, z.parse(schema, Properties)]));

/** Each queue with its dead letters and its consumer: the intake, and at least one destination. */
function lanes({ all }: ReturnType<typeof templateOf>) {
  const queues = parsed(Queue, all("AWS::SQS::Queue"));
  const functions = parsed(Lambda, all("AWS::Lambda::Function"));
  const sources = parsed(Source, all("AWS::Lambda::EventSourceMapping")).values();
  return atLeast(2, sources).map((source) => {
    const id = source.EventSourceArn["Fn::GetAtt"][0];
    const queue = queues.get(id);
    const deadLetters = queues.get(queue?.RedrivePolicy?.deadLetterTargetArn["Fn::GetAtt"][0] ?? "");
    const consumer = functions.get(source.FunctionName.Ref);
    ok(queue && deadLetters && consumer, `${id} has a queue, dead letters and a consumer`);
    return { source, queue, deadLetters, consumer };
  });
}

const STAGES = [
  ["a stage of the bazaar", templateOf(stageFile())],
  ["the local stage", templateOf(local, connectors)],
  ["the example production stage", templateOf(prod, connectors)],
] as const;

for (const [name, template] of STAGES) {
  test(`${name}: the visibility timeout is 6 function timeouts, else SQS redelivers an order while it is being created`, () => {
    for (const { queue, consumer } of lanes(template))
      ok((queue.VisibilityTimeout ?? 30) >= 6 * consumer.Timeout, queue.QueueName);
  });

  test(`${name}: a message is received 25 times before SQS gives up, since waiting for its turn is a receive too`, () => {
    for (const { queue } of lanes(template)) equal(queue.RedrivePolicy?.maxReceiveCount, 25);
  });

  test(`${name}: a DLQ keeps messages longer than its source, else SQS deletes a late one before the operator looks`, () => {
    for (const { queue, deadLetters } of lanes(template)) {
      equal(deadLetters.MessageRetentionPeriod, 14 * 86_400, "SQS's maximum");
      ok(queue.MessageRetentionPeriod < deadLetters.MessageRetentionPeriod);
    }
  });

  test(`${name}: a DLQ allows only its own source, so that the console's redrive knows the target`, () => {
    for (const { queue, deadLetters } of lanes(template)) {
      equal(deadLetters.RedriveAllowPolicy?.redrivePermission, "byQueue");
      const [arn, ...more] = deadLetters.RedriveAllowPolicy?.sourceQueueArns ?? [];
      ok(JSON.stringify(arn).includes(`:${queue.QueueName}"`));
      deepEqual(more, []);
    }
  });

  test(`${name}: a batch fails record by record, else one bad order repeats the others of its batch`, () => {
    for (const { source } of lanes(template)) deepEqual(source.FunctionResponseTypes, ["ReportBatchItemFailures"]);
  });

  test(`${name}: every event source has a maximum concurrency, else a flood takes concurrency from receive-webhook`, () => {
    for (const { source } of lanes(template)) ok(source.ScalingConfig.MaximumConcurrency >= 2);
  });

  test(`${name}: no function reserves concurrency, since throttled receives dead-letter good orders`, () => {
    for (const { Properties } of atLeast(4, template.all("AWS::Lambda::Function")))
      equal(Properties["ReservedConcurrentExecutions"], undefined);
  });

  test(`${name}: no event source has a filter, since Lambda deletes messages that do not match`, () => {
    for (const { Properties } of atLeast(2, template.all("AWS::Lambda::EventSourceMapping")))
      equal(Properties["FilterCriteria"], undefined);
  });

  test(`${name}: every queue refuses requests without TLS`, () => {
    const policies = template.all("AWS::SQS::QueuePolicy").filter(({ Properties }) => {
      const text = JSON.stringify(Properties);
      return text.includes('"aws:SecureTransport":"false"') && text.includes('"Effect":"Deny"');
    });
    equal(policies.length, atLeast(4, template.all("AWS::SQS::Queue")).length);
  });
}

test("a provider that takes one call at a time gets batches of 1 and the minimum concurrency of 2", () => {
  const lane = lanes(templateOf(stageFile())).find(
    ({ queue }) => queue.QueueName === "order-relay-test-slowpost-north",
  );
  deepEqual([lane?.source.BatchSize, lane?.source.ScalingConfig.MaximumConcurrency], [1, 2]);
});

test("a provider's longer timeout makes its queue's visibility timeout longer, unless the stage sets the timeout", () => {
  const visibility = (file: ReturnType<typeof stageFile>) =>
    lanes(templateOf(file)).find(({ queue }) => queue.QueueName === "order-relay-test-slowpost-north")?.queue
      .VisibilityTimeout;
  equal(visibility(stageFile()), 6 * 200);
  equal(visibility(stageFile({ functions: { "create-order-slowpost": { timeout: "70s" } } })), 6 * 70);
});

test("every destination has its own queue and DLQ: one dead account does not starve the others", () => {
  const destinations = [1, 2, 3].map((count) => ({ provider: "parcelworks", name: `shop-${count}` }));
  const names = lanes(templateOf(stageFile({ destinations, routes: [] }))).map(({ queue }) => queue.QueueName);
  deepEqual(names.sort(), [
    "order-relay-test-intake",
    "order-relay-test-parcelworks-shop-1",
    "order-relay-test-parcelworks-shop-2",
    "order-relay-test-parcelworks-shop-3",
  ]);
});
