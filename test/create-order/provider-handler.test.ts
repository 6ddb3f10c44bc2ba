import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { setLambdaEnvironment } from "../support/lambda-environment.ts";
import { linesWrittenBy, metricsIn } from "../support/lines-written-by.ts";

/** In place of AWS: has nothing, and takes everything. */
const aws = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
});
let folder = "";
let handle: (event: SQSEvent) => Promise<SQSBatchResponse>;

before(async () => {
  aws.listen(0, "127.0.0.1");
  await once(aws, "listening");
  const destinations = ["eu", "us"].map((name) => ({ provider: "s2", name }));
  folder = await setLambdaEnvironment({ destinations }, `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
  const { handler } = await import("../../functions/providers/s2/handler.ts");
  handle = (event) =>
    handler(event, { getRemainingTimeInMillis: () => 60_000 } as Context) as Promise<SQSBatchResponse>;
});
after(async () => {
  aws.closeAllConnections();
  aws.close();
  await rm(folder, { recursive: true });
});

/** The lines that are written about one message of a destination's queue. */
async function receive(queue: string, body: string, receives = 1): Promise<Record<string, unknown>[]> {
  const attributes = {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
  };
  const record = {
    ...{ messageId: "m1", receiptHandle: "r1", body, attributes, messageAttributes: {}, md5OfBody: "" },
    ...{ eventSource: "aws:sqs", awsRegion: "eu-central-1" },
    eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:${queue}`,
  };
  return linesWrittenBy(async () => {
    const { batchItemFailures } = await handle({ Records: [record] });
    equal(batchItemFailures.length, 1, "it goes to the DLQ");
  });
}

const pointer = (destination: string): string =>
  JSON.stringify({
    ...{ v: 1, channel: "shopify", connection: "main", orderId: "1", generation: 1, destination },
    ...{ eventId: "evt_1", receivedAt: "2026-11-01T12:00:00.000Z", note: "" },
  });

for (const [what, body] of Object.entries({
  "is no pointer": "hello",
  "names a destination that is not configured": pointer("s2/gone"),
  "is about an unknown order": pointer("s2/us"),
})) {
  test(`a message that ${what} is counted at the destination whose queue it came by, where an alarm looks`, async () => {
    const lines = await receive("order-relay-test-s2-us", body);
    const by = { stage: "test", destination: "s2/us" };
    deepEqual(metricsIn(lines), [
      { ...by, DeliveriesFailed: 1 },
      { ...by, WaitingFailed: 1 },
    ]);
    const attempted = lines.find(({ message }) => message === "delivery.attempted");
    deepEqual([attempted?.["destination"], attempted?.["outcome"]], ["s2/us", "unreadable"]);
    deepEqual([attempted?.["retryInMs"], attempted?.["until"]], [0, undefined]);
  });
}

test("an unreadable message is counted once, however often it comes back on its way to the DLQ", async () => {
  deepEqual(metricsIn(await receive("order-relay-test-s2-eu", "hello", 2)), []);
});
