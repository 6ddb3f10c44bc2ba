import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { deadlineWithin, workOnBatch } from "../../../shared/messages/sqs-batch.ts";

const ARN = "arn:aws:sqs:eu-central-1:000000000000:order-relay-test-intake";

const record = (messageId: string): SQSRecord => ({
  messageId,
  receiptHandle: `receipt of ${messageId}`,
  body: messageId,
  attributes: {
    ApproximateReceiveCount: "3",
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: ARN,
  awsRegion: "eu-central-1",
});
const batch = (...ids: string[]): SQSEvent => ({ Records: ids.map(record) });

function visibility() {
  const changes: [queue: string, receipt: string, seconds: number][] = [];
  const changeVisibility = async (...change: [string, string, number]) => void changes.push(change);
  return { changes, queues: { changeVisibility } };
}

test("one that throws and one that is given back fail alone; the rest are acknowledged", async () => {
  const { changes, queues } = visibility();
  const { batchItemFailures } = await workOnBatch(batch("a", "b", "c", "d"), queues, async ({ messageId }) => {
    if (messageId === "a") throw new Error("of Ada Byron, Main 1");
    if (messageId === "c") return { retryInMs: 90_000 };
    return "ack";
  });
  deepEqual(
    batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    ["a", "c"],
  );
  deepEqual(changes, [[ARN, "receipt of c", 90]]);
});

test("a batch of nothing but failures fails record by record, and never throws: that would fail what is to come too", async () => {
  const { queues } = visibility();
  const work = async () => {
    throw new Error("down");
  };
  equal((await workOnBatch(batch("a", "b"), queues, work)).batchItemFailures.length, 2);
});

test("a record whose visibility cannot be changed comes back all the same, after the queue's own", async () => {
  const queues = {
    changeVisibility: async () => {
      throw new Error("ReceiptHandleIsInvalid");
    },
  };
  const { batchItemFailures } = await workOnBatch(batch("a", "b"), queues, async ({ messageId }) =>
    messageId === "a" ? { retryInMs: 0 } : "ack",
  );
  deepEqual(batchItemFailures, [{ itemIdentifier: "a" }]);
});

test("records are worked on side by side: none waits for another", async () => {
  const { queues } = visibility();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { batchItemFailures } = await workOnBatch(batch("waits", "releases"), queues, async ({ messageId }) => {
    if (messageId === "waits") await released;
    else release();
    return "ack";
  });
  deepEqual(batchItemFailures, []);
});

test("an empty batch is no failure", async () => {
  deepEqual(await workOnBatch({ Records: [] }, visibility().queues, async () => "ack"), { batchItemFailures: [] });
});

test("a record that never ends fails alone when its time is over: the others are acknowledged all the same", async () => {
  const { queues } = visibility();
  const work = ({ messageId }: SQSRecord) =>
    messageId === "hangs" ? new Promise<never>(() => {}) : Promise.resolve("ack" as const);
  const { batchItemFailures } = await workOnBatch(batch("a", "hangs", "b"), queues, work, Date.now() + 50);
  deepEqual(batchItemFailures, [{ itemIdentifier: "hangs" }]);
});

test("each record's work knows by when it must end", async () => {
  const deadlines: number[] = [];
  const work = async (_: SQSRecord, deadline: number) => {
    deadlines.push(deadline);
    return "ack" as const;
  };
  await workOnBatch(batch("a", "b"), visibility().queues, work, 4_000_000_000_000);
  deepEqual(deadlines, [4_000_000_000_000, 4_000_000_000_000]);
});

test("work ends a margin before the function, and in half its time where that is less than the margin", () => {
  const before = Date.now();
  const [long, short] = [deadlineWithin(60_000, 1_000), deadlineWithin(1_500, 1_000)];
  const passed = Date.now() - before;
  ok(long >= before + 59_000 && long <= before + 59_000 + passed);
  ok(short >= before + 750 && short <= before + 750 + passed);
});

test("a batch that is done in time leaves no timer behind", async () => {
  await workOnBatch(batch("a"), visibility().queues, async () => "ack", Date.now() + 3_600_000);
  ok(!process.getActiveResourcesInfo().includes("Timeout"));
});
