import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createQueues } from "../../../shared/messages/queues.ts";

const AWS = { stage: "prod", account: "123456789012", region: "eu-central-1" };

function opened(environment: typeof AWS & { endpoint?: string } = AWS, answer: (input: object) => object = () => ({})) {
  const sent: Record<string, unknown>[] = [];
  const client = Object.assign(new SQSClient({ region: "eu-central-1" }), {
    send: async ({ input }: { input: object }) => {
      sent.push({ ...input });
      return answer(input);
    },
  });
  return { sent, queues: createQueues(client, environment) };
}

test("URLs follow from stage, account and region, or from the emulator's address", () => {
  equal(opened().queues.queueUrl("q"), "https://sqs.eu-central-1.amazonaws.com/123456789012/q");
  equal(
    opened({ ...AWS, region: "cn-north-1" }).queues.queueUrl("q"),
    "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q",
  );
  equal(
    opened({ ...AWS, endpoint: "http://127.0.0.1:4566/" }).queues.queueUrl("q"),
    "http://127.0.0.1:4566/123456789012/q",
  );
});

test("each message goes to its queue", async () => {
  const { sent, queues } = opened();
  await queues.sendToIntake("{}", "shopify/main");
  await queues.sendToDestination("kakaclo/main", "{}");
  await queues.sendToDestination("kakaclo/main", "{}", { delaySeconds: 5000 });
  deepEqual(
    sent.map(({ QueueUrl, ...rest }) => [String(QueueUrl).split("/").at(-1), rest]),
    [
      ["order-relay-prod-intake", { MessageBody: "{}", MessageGroupId: "shopify/main" }],
      ["order-relay-prod-kakaclo-main", { MessageBody: "{}" }],
      ["order-relay-prod-kakaclo-main", { MessageBody: "{}", DelaySeconds: 900 }],
    ],
  );
});

test("many messages go in batches of ten and of 1 MiB", async () => {
  const { sent, queues } = opened();
  await queues.sendAllToDestination(
    "s2/main",
    Array.from({ length: 23 }, (_, at) => String(at)),
  );
  deepEqual(
    sent.map(({ Entries }) => (Array.isArray(Entries) ? Entries.length : 0)),
    [10, 10, 3],
  );
  sent.length = 0;
  await queues.sendAllToDestination("s2/main", ["x".repeat(700_000), "y".repeat(400_000), "z"]);
  equal(sent.length, 2);
  sent.length = 0;
  await queues.sendAllToDestination("s2/main", []);
  equal(sent.length, 0);
});

test("a batch of which one message was not taken is an error", async () => {
  const { queues } = opened(AWS, () => ({ Failed: [{ Id: "0", Code: "InternalError" }] }));
  await rejects(queues.sendAllToDestination("s2/main", ["a", "b"]), /1 messages were not taken/);
});

test("visibility is set by URL or by an event source's ARN, within SQS's limits", async () => {
  const { sent, queues } = opened();
  await queues.changeVisibility("arn:aws:sqs:us-east-1:999999999999:some-queue", "r", 0.2);
  await queues.changeVisibility("https://sqs.eu-central-1.amazonaws.com/1/q", "r", 999_999);
  await queues.changeVisibility("https://sqs.eu-central-1.amazonaws.com/1/q", "r", -1);
  deepEqual(
    sent.map(({ QueueUrl, VisibilityTimeout }) => [QueueUrl, VisibilityTimeout]),
    [
      ["https://sqs.us-east-1.amazonaws.com/999999999999/some-queue", 1],
      ["https://sqs.eu-central-1.amazonaws.com/1/q", 43_200],
      ["https://sqs.eu-central-1.amazonaws.com/1/q", 0],
    ],
  );
});
