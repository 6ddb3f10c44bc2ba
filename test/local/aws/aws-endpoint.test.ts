import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { queueUrl, REGION } from "../../../local/aws/aws-account.ts";
import { accessKeyOf } from "../../../local/aws/aws-calls.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../../local/aws/aws-endpoint.ts";
import { startQueuesAndBuckets } from "../../../local/aws/queues-and-buckets.ts";
import { createSecretsManager } from "../../../local/aws/secrets-manager.ts";
import { javaIsThere, startTableEmulator, type TableEmulatorKind } from "../../../local/aws/table-emulator.ts";
import { provision } from "../../../local/provision.ts";
import { createVersionedSecret } from "../../../shared/stage/versioned-secret.ts";

async function start(t: { after(end: () => unknown): void }, kind: TableEmulatorKind = "dynalite") {
  const emulators = {
    tables: await startTableEmulator(kind),
    queues: await startQueuesAndBuckets(),
    secrets: createSecretsManager(),
  };
  const aws = await startAwsEndpoint(emulators, (key) => (key === accessKeyOf("my-function") ? "my-function" : key));
  t.after(async () => {
    await aws.stop();
    await emulators.queues.stop();
    await emulators.tables.stop();
  });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:x:0:dead", maxReceiveCount: 3 });
  const keys = (...names: string[]) =>
    names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" }));
  const create = {
    TableName: "ledger",
    AttributeDefinitions: ["pk", "sk", "due"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keys("pk", "sk"),
    BillingMode: "PAY_PER_REQUEST",
    GlobalSecondaryIndexes: [
      { IndexName: "due", KeySchema: keys("due", "pk"), Projection: { ProjectionType: "KEYS_ONLY" } },
    ],
  };
  const assembly = {
    queues: [
      { name: "dead", attributes: {} },
      { name: "work", attributes: { RedrivePolicy } },
    ],
    tables: [{ name: "ledger", create, timeToLive: "expires" }],
    buckets: ["events"],
    secrets: [
      { name: "filled", description: "", generated: false },
      { name: "order-relay/local/endpoints/a/b", description: "", generated: false },
      { name: "rotating", description: "", generated: false },
    ],
  };
  const nothing = { functions: [], queueSources: [], schedules: [], routes: [] };
  await provision({ ...nothing, ...assembly }, emulators, aws.url, new Map([["filled", "value"]]));
  aws.calls.reset();
  return { aws, emulators };
}

const settings = (aws: AwsEndpoint) => ({
  endpoint: aws.url,
  region: REGION,
  credentials: { accessKeyId: accessKeyOf("my-function"), secretAccessKey: "x" },
});
const sqs = (aws: AwsEndpoint) => new SQSClient({ ...settings(aws), useQueueUrlAsEndpoint: false });
const send = (MessageBody: string) => new SendMessageCommand({ QueueUrl: queueUrl("work"), MessageBody });
const put = (pk: string) =>
  new PutItemCommand({ TableName: "ledger", Item: { pk: { S: pk }, sk: { S: "1" }, due: { S: "now" } } });

test("the SDKs of all four services work against one endpoint, which counts every call", async (t) => {
  const { aws } = await start(t);
  await sqs(aws).send(send("hello"));
  await new DynamoDBClient(settings(aws)).send(put("a"));
  // No forcePathStyle: the SDK itself uses path style if the endpoint is an IP address.
  const s3 = new S3Client(settings(aws));
  const body = randomBytes(2_000_000);
  await s3.send(new PutObjectCommand({ Bucket: "events", Key: "a/b c.gz", Body: body }));
  const object = await s3.send(new GetObjectCommand({ Bucket: "events", Key: "a/b c.gz" }));
  ok(body.equals((await object.Body?.transformToByteArray()) ?? Buffer.alloc(0)));
  const secret = await new SecretsManagerClient(settings(aws)).send(new GetSecretValueCommand({ SecretId: "filled" }));
  equal(secret.SecretString, "value");

  const caller = "my-function";
  deepEqual(aws.calls.list(), [
    { caller, service: "sqs", operation: "SendMessage", resource: "work", times: 1 },
    { caller, service: "dynamodb", operation: "PutItem", resource: "ledger", times: 1 },
    { caller, service: "s3", operation: "PutObject", resource: "events", times: 1 },
    { caller, service: "s3", operation: "GetObject", resource: "events", times: 1 },
    { caller, service: "secretsmanager", operation: "GetSecretValue", resource: "filled", times: 1 },
  ]);
  equal(aws.calls.count({ caller, service: "s3" }), 2);
  equal(aws.calls.count({ caller: "another" }), 0);
});

test("an unfilled secret, and one that does not exist, are not found, by name and by ARN", async (t) => {
  const { aws } = await start(t);
  const client = new SecretsManagerClient(settings(aws));
  const name = "order-relay/local/endpoints/a/b";
  for (const SecretId of [name, "no-such"]) {
    await rejects(client.send(new GetSecretValueCommand({ SecretId })), { name: "ResourceNotFoundException" });
  }
  const { ARN } = await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: "{}" }));
  for (const SecretId of [name, ARN ?? ""]) {
    equal((await client.send(new GetSecretValueCommand({ SecretId }))).SecretString, "{}");
  }
});

test("a version of a secret is current once the label is moved to it, from where it was", async (t) => {
  const { aws } = await start(t);
  const secret = createVersionedSecret(new SecretsManagerClient(settings(aws)), "rotating");
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  equal(await secret.read(), undefined);
  await new SecretsManagerClient(settings(aws)).send(
    new PutSecretValueCommand({ SecretId: "rotating", SecretString: '{"n":1}', ClientRequestToken: first }),
  );
  for (let time = 0; time < 2; time++) await secret.write({ version: second, value: { n: 2 } });
  await rejects(secret.write({ version: second, value: { n: 3 } }), { name: "ResourceExistsException" });
  deepEqual(await secret.read(), { version: first, value: { n: 1 } });
  deepEqual(await secret.read(second), { version: second, value: { n: 2 } });
  equal(await secret.read(third), undefined);
  equal(await secret.makeCurrent(second, third), false);
  equal(await secret.makeCurrent(second, first), true);
  equal(await secret.makeCurrent(second, first), false, "it was moved already");
  deepEqual(await secret.read(), { version: second, value: { n: 2 } });
  await rejects(secret.makeCurrent(third, second), { name: "ResourceNotFoundException" });
});

test("the next matching calls fail with the fault, and no others", async (t) => {
  const { aws, emulators } = await start(t);
  const client = new SQSClient({ ...settings(aws), useQueueUrlAsEndpoint: false, maxAttempts: 1 });
  const how = { status: 503, type: "ServiceUnavailable" };
  aws.fail({ service: "sqs", operation: "SendMessage", resource: "dead", times: 1, how });
  await client.send(send("to another queue"));
  aws.fail({ service: "sqs", operation: "SendMessage", caller: "another", times: 1, how });
  await client.send(send("by another caller"));
  aws.fail({ service: "sqs", operation: "SendMessage", resource: "work", times: 2, how });
  await rejects(client.send(send("a".repeat(500_000))), { name: "ServiceUnavailable" });
  await rejects(client.send(send("second")), { name: "ServiceUnavailable" });
  await client.send(send("third"));
  const depth = () => emulators.queues.queue("work")?.messages.length;
  equal(depth(), 3);
  aws.fail({ service: "sqs", times: 1, how: "reset" });
  await rejects(client.send(send("reset")), /ECONNRESET|socket hang up/);
  equal(depth(), 3);
  aws.fail({ service: "sqs", times: 1, how: "lost-answer" });
  await rejects(client.send(send("lost")), /ECONNRESET|socket hang up/);
  equal(depth(), 4, "the call was carried out");
  aws.fail({ service: "sqs", times: 1, how });
  aws.stopFailing();
  await client.send(send("repaired"));
  const s3 = new S3Client({ ...settings(aws), maxAttempts: 1 });
  aws.fail({ service: "s3", times: 1, how: { status: 503, type: "SlowDown" } });
  const object = new PutObjectCommand({ Bucket: "events", Key: "k", Body: "x" });
  await rejects(s3.send(object), { name: "SlowDown" });
  await s3.send(object);
});

test("StartMessageMoveTask moves dead letters back, from dead-letter queues only", async (t) => {
  const { aws, emulators } = await start(t);
  const client = sqs(aws);
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl("dead"), MessageBody: "x" }));
  await rejects(client.send(new StartMessageMoveTaskCommand({ SourceArn: "arn:aws:sqs:eu-central-1:0:work" })));
  await client.send(new StartMessageMoveTaskCommand({ SourceArn: "arn:aws:sqs:eu-central-1:000000000000:dead" }));
  equal(emulators.queues.queue("dead")?.messages.length, 0);
  equal(emulators.queues.queue("work")?.messages.length, 1);
});

test("a dead poller receives no messages that come after it", async (t) => {
  const { aws } = await start(t);
  const poll = new AbortController();
  const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl("work"), WaitTimeSeconds: 20 });
  const polling = sqs(aws).send(receive, { abortSignal: poll.signal });
  const lost = rejects(polling, { name: "AbortError" });
  while (aws.calls.count({ operation: "ReceiveMessage" }) === 0) await new Promise(setImmediate);
  poll.abort();
  await lost;
  // An answer on another connection shows that the endpoint has seen the first one close.
  const client = sqs(aws);
  await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl("work"), AttributeNames: ["All"] }));
  await client.send(send("x"));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl("work"), WaitTimeSeconds: 1 }));
  equal(Messages?.length, 1);
});

test("DynamoDB Local serves the same table", { skip: javaIsThere() ? false : "needs Java" }, async (t) => {
  const { aws } = await start(t, "dynamodb-local");
  const client = new DynamoDBClient(settings(aws));
  await client.send(put("a"));
  const guarded = new PutItemCommand({
    TableName: "ledger",
    Item: { pk: { S: "a" }, sk: { S: "1" } },
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  await rejects(client.send(guarded), (error: { Item?: { due?: { S?: string } } }) => error.Item?.due?.S === "now");
  equal((await client.send(new ScanCommand({ TableName: "ledger", IndexName: "due" }))).Count, 1);
  equal(aws.calls.count({ operation: "PutItem", resource: "ledger" }), 2);
});
