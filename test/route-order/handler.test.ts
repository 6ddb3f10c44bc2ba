import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { pack } from "../../shared/messages/event.ts";
import { setLambdaEnvironment } from "../support/lambda-environment.ts";
import { linesWrittenBy, metricsIn } from "../support/lines-written-by.ts";
import { newEvent } from "../support/route-order-context.ts";

const ARN = "arn:aws:sqs:eu-central-1:000000000000:order-relay-test-intake";
const calls: { target: string; input: Record<string, unknown> }[] = [];
/** In place of AWS: writes down what it is asked, and answers with nothing. */
const aws = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    calls.push({ target: String(request.headers["x-amz-target"]), input: JSON.parse(body) });
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
});
let folder = "";
let handle: (event: SQSEvent) => Promise<SQSBatchResponse>;
let written: Record<string, unknown>[] = [];

before(async () => {
  aws.listen(0, "127.0.0.1");
  await once(aws, "listening");
  const connections = [{ channel: "shopify", name: "main", key: "sm", since: "2026-01-01T00:00:00Z" }];
  folder = await setLambdaEnvironment({ connections }, `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
  const { handler } = await import("../../functions/route-order/handler.ts");
  handle = (event) =>
    handler(event, { getRemainingTimeInMillis: () => 60_000 } as Context) as Promise<SQSBatchResponse>;
});
after(async () => {
  aws.closeAllConnections();
  aws.close();
  await rm(folder, { recursive: true });
});

async function receive(...bodies: string[]): Promise<SQSBatchResponse> {
  calls.length = 0;
  const attributes = {
    ApproximateReceiveCount: "1",
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
  };
  const about = { attributes, messageAttributes: {}, md5OfBody: "", eventSource: "aws:sqs", awsRegion: "eu-central-1" };
  const Records = bodies.map((body, index) => ({
    ...{ messageId: `m${index}`, receiptHandle: `r${index}`, body, eventSourceARN: ARN, ...about },
  }));
  let answer: SQSBatchResponse = { batchItemFailures: [] };
  written = await linesWrittenBy(async () => {
    answer = await handle({ Records });
  });
  return answer;
}

const shopify = (topic: string, body: string) =>
  pack(
    newEvent(body, {
      channel: "shopify",
      headers: { "x-shopify-topic": topic, "x-shopify-shop-domain": "a.myshopify.com" },
    }),
  );
const BUYER = '"email":"ada@example.com","shipping_address":{"name":"Ada Byron","address1":"Main 1"}';

test("what cannot be read goes back at once, by its own visibility, until SQS moves it; what is not ours is done", async () => {
  const { batchItemFailures } = await receive(
    shopify("orders/create", `{${BUYER}}`),
    shopify("products/update", '{"id":1}'),
    "no envelope",
  );
  deepEqual(batchItemFailures, [{ itemIdentifier: "m0" }, { itemIdentifier: "m2" }]);
  const changes = calls.filter(({ target }) => target.endsWith(".ChangeMessageVisibility"));
  deepEqual(changes.map(({ input }) => [input["ReceiptHandle"], input["VisibilityTimeout"]]).sort(), [
    ["r0", 0],
    ["r2", 0],
  ]);
  ok(changes.every(({ input }) => String(input["QueueUrl"]).endsWith("/000000000000/order-relay-test-intake")));
  equal(calls.length, changes.length, "neither the ledger nor a destination was asked");
});

test("a newer release's event comes back by the queue's own visibility, and is not hurried to the DLQ", async () => {
  const message = shopify("products/update", '{"id":1}');
  const { batchItemFailures } = await receive(JSON.stringify({ ...JSON.parse(message), v: 2 }), message);
  deepEqual(batchItemFailures, [{ itemIdentifier: "m0" }]);
  deepEqual(calls, []);
  // Lambda's own errors know nothing of a record that fails alone: it is counted, and can be followed.
  deepEqual(
    metricsIn(written).filter((values) => "EventsFailed" in values),
    [{ stage: "test", EventsFailed: 1 }],
  );
  const failed = written.find(({ message: said }) => said === "message.failed");
  equal(failed?.["eventId"], JSON.parse(message).eventId);
});

test("no line of the log says anything of the buyer", async () => {
  await receive(
    shopify("orders/create", `{${BUYER}}`),
    `{"v":1,${BUYER}}`,
    shopify("orders/create Ada Byron", `{${BUYER}}`),
  );
  ok(written.length >= 3);
  for (const line of written.map((one) => JSON.stringify(one))) {
    ok(!/ada@|ada byron|main 1|example\.com/i.test(line), line);
  }
});

test("the line of an event that cannot be read names the field, and never its value", async () => {
  await receive(shopify("orders/create", `{"id":1,"line_items":[{"price":"Ada Byron"}],${BUYER}}`), "no envelope");
  const fieldOf = (id: string) => String(written.find(({ messageId, field }) => messageId === id && field)?.["field"]);
  equal(fieldOf("m1"), "envelope");
  match(fieldOf("m0"), /^[a-z_]+(\.\w+)*$/);
});

test("each event is one line that can be followed, and is counted", async () => {
  await receive(shopify("products/update", '{"id":1}'), shopify("orders/create", "{"));
  const routed = written.filter(({ message }) => message === "event.routed");
  deepEqual(
    routed.map(({ endpoint, outcome, messageId, eventId }) => [endpoint, outcome, messageId, typeof eventId]).sort(),
    [
      ["shopify/main", "ignored", "m0", "string"],
      ["shopify/main", "unreadable", "m1", "string"],
    ],
  );
  const counted = (name: string) => metricsIn(written).filter((values) => values[name] !== undefined).length;
  deepEqual([counted("EventsUnreadable"), counted("EventsIgnored")], [1, 1]);
});
