import { deepEqual, equal, rejects } from "node:assert/strict";
import { after, before, test } from "node:test";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ACCOUNT, REGION } from "../../local/aws/aws-account.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../local/aws/aws-endpoint.ts";
import { startQueuesAndBuckets } from "../../local/aws/queues-and-buckets.ts";
import { createSecretsManager } from "../../local/aws/secrets-manager.ts";
import { startTableEmulator } from "../../local/aws/table-emulator.ts";
import { provision } from "../../local/provision.ts";
import {
  countDeadLetters,
  deadLetterQueue,
  deadLetterQueues,
  moveTasks,
  peek,
  peekBody,
  redrive,
} from "../../operator/dead-letter-queues.ts";
import { pointerTo } from "../../shared/ledger/outbox.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { NO_OBJECTS } from "../support/event-store.ts";
import { deliveryOf, ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const STATE = { config: { ...SHOPS, stage: "test" }, who: "arn:aws:iam::000000000000:user/ada" };
let aws: AwsEndpoint;
let stop: () => Promise<void>;
let sqs: SQSClient;

before(async () => {
  const emulators = {
    tables: await startTableEmulator("dynalite"),
    queues: await startQueuesAndBuckets(),
    secrets: createSecretsManager(),
  };
  aws = await startAwsEndpoint(emulators, (key) => key);
  stop = async () => {
    sqs.destroy();
    await aws.stop();
    await emulators.queues.stop();
    await emulators.tables.stop();
  };
  const env = { stage: "test", account: ACCOUNT, region: REGION };
  const queues = (await deadLetterQueues({ env, config: SHOPS })).filter(({ of }) => of !== "kakaclo/eu");
  const assembly = {
    ...{ functions: [], queueSources: [], schedules: [], routes: [], tables: [], buckets: [], secrets: [] },
    queues: queues.flatMap(({ name, source }) => [
      { name, attributes: {} },
      {
        name: source,
        attributes: {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
            maxReceiveCount: 3,
          }),
        },
      },
    ]),
  };
  await provision(assembly, emulators, aws.url, new Map());
  sqs = new SQSClient({
    endpoint: aws.url,
    region: REGION,
    credentials: { accessKeyId: "LOCALoperator", secretAccessKey: "x" },
  });
});
after(() => stop());

async function stageWithOrders() {
  const { ledger, put } = await ledgerOfOrders(NOW, NOW);
  const env = { stage: "test", account: ACCOUNT, region: REGION, endpoint: aws.url };
  return { ...STATE, env, sqs, queues: createQueues(sqs, env), ledger, eventStore: NO_OBJECTS, put };
}

test("messages are looked at without being consumed; each says what a redrive will do with it", async () => {
  const stage = await stageWithOrders();
  const queue = await deadLetterQueue("order-relay-test-s2-us-dlq", stage);
  const QueueUrl = stage.queues.queueUrl(queue.name);
  const [rejected, created] = [recordOf("1", NOW), recordOf("2", NOW)];
  await stage.put(rejected, deliveryOf(rejected, NOW, { state: "rejected" }));
  await stage.put(created, deliveryOf(created, NOW));
  const bodies = [
    ...[rejected, created, recordOf("3", NOW)].map((record) => JSON.stringify(pointerTo(record, "s2/us"))),
    JSON.stringify(pointerTo(rejected, "kakaclo/eu")),
    "<script>alert(1)</script>",
  ];
  for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

  const letters = await peek(queue, stage);
  deepEqual(letters.map(({ order, says, redrive: then }) => [order, says, then]).sort(), [
    [null, "it is no message of Order Relay", "comes back here"],
    ["shopify/main/1", "it is for kakaclo/eu", "comes back here"],
    ["shopify/main/1", "the delivery is rejected", "is looked up, then tried again"],
    ["shopify/main/2", "the delivery is created", "ends without a call"],
    ["shopify/main/3", "the ledger does not have its order, or cannot read it", "comes back here"],
  ]);
  // Nothing is hidden any more: another reader gets all of them at once.
  const seen = new Set<string | undefined>();
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  );
  for (const { MessageId } of Messages) seen.add(MessageId);
  equal(seen.size, 5);
  equal(await peekBody(queue, letters[0]?.messageId ?? "", stage).then((body) => bodies.includes(body ?? "")), true);
  equal(await peekBody(queue, "no-such-message", stage), undefined);

  const counts = await countDeadLetters(stage);
  deepEqual(
    counts.map(({ of, messages }) => [of, messages]),
    [
      ["intake", 0],
      ["s2/us", 5],
      ["kakaclo/eu", undefined],
    ],
  );

  deepEqual(await moveTasks(queue, stage), []);
  const done = await redrive(queue, stage, { progress: () => {}, pause: async () => {} });
  deepEqual([done.status, done.moved, done.of], ["COMPLETED", 5, 5]);
  deepEqual(
    (await moveTasks(queue, stage)).map(({ moved }) => moved),
    [5],
  );
  equal((await countDeadLetters(stage))[1]?.messages, 0);
  await rejects(deadLetterQueue("order-relay-prod-s2-us-dlq", stage), /is not a dead-letter queue of this stage/);
});

test("a redrive reports how far SQS is, and a second one of the same queue is refused", async () => {
  const stage = await stageWithOrders();
  const queue = await deadLetterQueue("order-relay-test-intake-dlq", stage);
  const answers = [
    { Status: "RUNNING", ApproximateNumberOfMessagesMoved: 120, ApproximateNumberOfMessagesToMove: 500 },
    { Status: "RUNNING", ApproximateNumberOfMessagesMoved: 480, ApproximateNumberOfMessagesToMove: 500 },
    { Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 500, ApproximateNumberOfMessagesToMove: 500 },
  ];
  const started: unknown[] = [];
  const client = (script: object[]) =>
    Object.assign(new SQSClient({ region: REGION }), {
      send: async (command: { constructor: { name: string }; input: unknown }) => {
        if (command.constructor.name === "StartMessageMoveTaskCommand") started.push(command.input);
        else return { Results: started.length === 0 ? script.slice(0, 0) : [script.shift()].filter(Boolean) };
        return {};
      },
    });
  const progress: string[] = [];
  const done = await redrive(
    queue,
    { ...stage, sqs: client([...answers]) },
    { progress: (sentence) => void progress.push(sentence), pause: async () => {}, perSecond: 10 },
  );
  deepEqual([done.moved, progress], [500, ["120 of 500 moved", "480 of 500 moved"]]);
  deepEqual(started, [
    { SourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:order-relay-test-intake-dlq`, MaxNumberOfMessagesPerSecond: 10 },
  ]);
  const options = { progress: () => {}, pause: async () => {} };
  await rejects(
    redrive(queue, { ...stage, sqs: client([...answers]) }, options),
    /is being redriven: 120 of 500 moved/,
  );
  const failed = [{ Status: "COMPLETED" }, { Status: "FAILED", FailureReason: "AccessDenied" }];
  await rejects(redrive(queue, { ...stage, sqs: client(failed) }, options), /The redrive failed: AccessDenied/);
});
