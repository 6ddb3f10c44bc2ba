import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { failures } from "../../../local/lambda/event-source.ts";
import { startTinyStack, until } from "../../support/tiny-stack.ts";

const depth = (queue?: { messages: unknown[]; inflightMessages: Map<string, unknown> }): number =>
  queue ? queue.messages.length + queue.inflightMessages.size : -1;

test("only the messages of a batch that succeeded are deleted; the others return after their visibility timeout", async (t) => {
  const stack = await startTinyStack(t, {
    visibilitySeconds: 1,
    reader: `export const handler = async ({ Records }) => {
      for (const record of Records) note(record.body + " " + record.attributes.ApproximateReceiveCount);
      const bad = Records.filter((record) => record.body === "bad" && record.attributes.ApproximateReceiveCount === "1");
      return { batchItemFailures: bad.map((record) => ({ itemIdentifier: record.messageId })) };
    };`,
  });
  stack.send("good");
  stack.send("bad");
  await until(() => stack.notes().includes("bad 2"), "the bad message is delivered again");
  await until(() => depth(stack.queue("work")) === 0, "both are done");
  deepEqual(stack.notes(), ["good 1", "bad 1", "bad 2"]);
});

test("a record has Lambda's form", async (t) => {
  const stack = await startTinyStack(t, {
    reader: `export const handler = async ({ Records }, context) => {
      note(JSON.stringify({ record: Records[0], left: context.getRemainingTimeInMillis(), request: context.awsRequestId,
        arn: context.invokedFunctionArn, name: context.functionName, url: process.env.QUEUE }));
    };`,
  });
  const id = stack.send("hello");
  await until(() => stack.notes().length > 0, "it was delivered");
  const { record, left, request, arn, name, url } = JSON.parse(stack.notes()[0] ?? "");
  equal(record.messageId, id);
  equal(record.body, "hello");
  equal(record.eventSource, "aws:sqs");
  equal(record.eventSourceARN, "arn:aws:sqs:eu-central-1:000000000000:work");
  equal(record.attributes.ApproximateReceiveCount, "1");
  ok(Number(record.attributes.SentTimestamp) > 0);
  ok(record.receiptHandle);
  ok(left > 0 && left <= 5000);
  ok(request);
  equal(arn, "arn:aws:lambda:eu-central-1:000000000000:function:reader");
  equal(name, "reader");
  equal(url, "https://sqs.eu-central-1.amazonaws.com/000000000000/work");
});

test("a message that was received maxReceiveCount times goes to the dead-letter queue, and a redrive brings it back", async (t) => {
  const stack = await startTinyStack(t, {
    visibilitySeconds: 1,
    maxReceiveCount: 2,
    reader: `export const handler = async ({ Records }) => {
      note(Records[0].messageId + " " + Records[0].attributes.ApproximateReceiveCount);
      throw new Error("no");
    };`,
  });
  const id = stack.send("doomed");
  const dead = () => stack.deadLetters()[0];
  await until(() => dead()?.messages.length === 1, "it is dead");
  deepEqual(stack.notes(), [`${id} 1`, `${id} 2`]);
  deepEqual(dead(), { queue: "work-dlq", source: "work", messages: [{ messageId: id, body: "doomed" }] });

  equal(stack.redrive({ queue: "no-such" }), undefined);
  equal(stack.redrive({ queue: "work-dlq", messageIds: "kept" }), 1);
  await until(() => dead()?.messages.length === 1, "it is dead again");
  deepEqual(stack.notes().slice(2), [`${id} 1`, `${id} 2`]);

  equal(stack.redrive(), 1);
  await until(() => stack.notes().length === 6, "it was tried again");
  ok(
    !stack
      .notes()
      .slice(4)
      .some((note) => note.startsWith(id)),
    "with an ID of its own",
  );
});

test("a function that exceeds its timeout is killed, and its batch is delivered again", async (t) => {
  const stack = await startTinyStack(t, {
    timeoutSeconds: 1,
    visibilitySeconds: 2,
    reader: `let calls = 0;
    export const handler = async ({ Records }) => {
      const count = Records[0].attributes.ApproximateReceiveCount;
      note(process.pid + " " + count);
      if (count === "1") await wait(60_000);
    };`,
  });
  stack.send("slow");
  await until(() => stack.notes().length === 2, "it came again");
  const [first, second] = stack.notes().map((note) => note.split(" "));
  equal(second?.[1], "2");
  ok(first?.[0] !== second?.[0], "in another environment");
  ok(isGone(Number(first?.[0])), "the first environment has ended");
});

test("slow batches reach the maximum concurrency, and never exceed it", async (t) => {
  const stack = await startTinyStack(t, {
    batchSize: 1,
    maximumConcurrency: 2,
    reader: `export const handler = async ({ Records }) => {
      note("+");
      await wait(300);
      note("-");
    };`,
  });
  for (let i = 0; i < 12; i++) stack.send(String(i));
  const inFlight: number[] = [];
  await until(() => {
    inFlight.push(stack.queue("work")?.inflightMessages.size ?? 0);
    return stack.notes().filter((note) => note === "-").length === 12;
  }, "all are done");
  ok(Math.max(...inFlight) <= 2, "messages beyond it stay on the queue");
  let now = 0;
  const most = Math.max(...stack.notes().map((note) => (now += note === "+" ? 1 : -1)));
  equal(most, 2);
});

test("a batching window gathers consecutive messages into one batch", async (t) => {
  const stack = await startTinyStack(t, {
    windowSeconds: 2,
    batchSize: 3,
    reader: `export const handler = async ({ Records }) => note(Records.map((record) => record.body).join("+"));`,
  });
  for (const body of ["a", "b", "c"]) {
    stack.send(body);
    await until(() => stack.queue("work")?.messages.length === 0, "it was received");
  }
  await until(() => stack.notes().length > 0, "they were delivered");
  deepEqual(stack.notes(), ["a+b+c"]);
});

test("the visibility timeout that the function sets decides when a failed message returns", async (t) => {
  const stack = await startTinyStack(t, {
    visibilitySeconds: 600,
    reader: `export const handler = async ({ Records: [record] }) => {
      note(record.attributes.ApproximateReceiveCount);
      if (record.attributes.ApproximateReceiveCount === "2") return;
      await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", body: JSON.stringify({
        QueueUrl: process.env.QUEUE, ReceiptHandle: record.receiptHandle, VisibilityTimeout: 0 }),
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ChangeMessageVisibility" } });
      return { batchItemFailures: [{ itemIdentifier: record.messageId }] };
    };`,
  });
  stack.send("x");
  await until(() => stack.notes().length === 2, "it came back long before 600 s");
  await until(() => depth(stack.queue("work")) === 0, "it is done");
  equal(stack.aws.calls.count({ service: "sqs", operation: "ChangeMessageVisibility", resource: "work" }), 1);
});

test("a message that could not be deleted is delivered again", async (t) => {
  const stack = await startTinyStack(t, {
    visibilitySeconds: 1,
    reader: `export const handler = async ({ Records }) => note(Records[0].attributes.ApproximateReceiveCount);`,
  });
  const how = { status: 500, type: "InternalError" };
  stack.aws.fail({ service: "sqs", operation: "DeleteMessageBatch", times: 1, how });
  stack.send("x");
  await until(() => depth(stack.queue("work")) === 0, "it is done");
  deepEqual(stack.notes(), ["1", "2"]);
});

test("the failed messages of a batch are parsed from the answer as Lambda does", () => {
  const messages = [{ MessageId: "a" }, { MessageId: "b" }];
  const of = (answer: unknown, partial = true): string[] => [
    ...failures({ ok: true, payload: JSON.stringify(answer) ?? "null" }, messages, partial),
  ];
  for (const success of [null, {}, { batchItemFailures: null }, { batchItemFailures: [] }, "text"]) {
    deepEqual(of(success), [], JSON.stringify(success));
  }
  deepEqual(of({ batchItemFailures: [{ itemIdentifier: "b" }] }), ["b"]);
  for (const bad of ["c", "", null, 7]) {
    deepEqual(of({ batchItemFailures: [{ itemIdentifier: bad }] }), ["a", "b"], String(bad));
  }
  deepEqual(of({ batchItemFailures: [null] }), ["a", "b"]);
  deepEqual(of({ batchItemFailures: [{ id: "a" }] }), ["a", "b"]);
  deepEqual(of({ batchItemFailures: [{ itemIdentifier: "b" }] }, false), []);
  const thrown = failures({ ok: false, error: { errorType: "Error", errorMessage: "" } }, messages, true);
  deepEqual([...thrown], ["a", "b"]);
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
