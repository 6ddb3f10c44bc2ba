import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { stageFile, templateOf } from "../../support/synthesised.ts";

const template = templateOf(stageFile());
const [table] = template.all("AWS::DynamoDB::Table");
const [bucket] = template.all("AWS::S3::Bucket");
const [key] = template.all("AWS::KMS::Key");
const queues = new Map(template.all("AWS::SQS::Queue").map((queue) => [queue.Properties["QueueName"], queue]));
const intake = [queues.get("order-relay-test-intake"), queues.get("order-relay-test-intake-dlq")];

test("removing the stack deletes nothing that holds orders: table, bucket, intake and their key stay", () => {
  for (const resource of [table, bucket, key, ...intake]) {
    match(resource?.DeletionPolicy ?? "Delete", /^Retain/, resource?.id);
    equal(resource?.UpdateReplacePolicy, "Retain", resource?.id);
  }
});

test("a failed first deployment leaves no bucket or queue, whose fixed names would fail the next try", () => {
  for (const resource of [bucket, ...intake]) equal(resource?.DeletionPolicy, "RetainExceptOnCreate", resource?.id);
});

test("a failed first deployment keeps the table: it is protected, and the rollback would hang on it", () => {
  equal(table?.Properties["DeletionProtectionEnabled"], true);
  equal(table?.DeletionPolicy, "Retain");
});

test("the key stays as long as its table: without the key, even deleting the table may fail", () => {
  equal(key?.DeletionPolicy, table?.DeletionPolicy);
});

test("only table and key outlive a failed first deployment: docs/deploy.md cleans up these two", () => {
  const { Resources } = template.json as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
  const left = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
  deepEqual(left.map(({ Type }) => Type).sort(), ["AWS::DynamoDB::Table", "AWS::KMS::Key"]);
});

test("the table can be restored to any second of the last 35 days, and has deletion protection", () => {
  deepEqual(table?.Properties["PointInTimeRecoverySpecification"], { PointInTimeRecoveryEnabled: true });
  equal(table?.Properties["DeletionProtectionEnabled"], true);
});

test("items expire by expiresAt; the work list projects an order's constants, so that its changes cost no index write", () => {
  deepEqual(table?.Properties["TimeToLiveSpecification"], { AttributeName: "expiresAt", Enabled: true });
  deepEqual(table?.Properties["GlobalSecondaryIndexes"], [
    {
      IndexName: "work",
      KeySchema: [
        { AttributeName: "workList", KeyType: "HASH" },
        { AttributeName: "workAt", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["number", "buyer", "firstSeenAt"] },
    },
  ]);
});

test("our own key, which is rotated, encrypts personal data: table, bucket, intake and its DLQ", () => {
  ok(key);
  equal(key.Properties["EnableKeyRotation"], true);
  for (const resource of [table, bucket, ...intake])
    ok(JSON.stringify(resource?.Properties).includes(key.id), resource?.id);
});

test("destination queues hold only pointers, and SQS's own key encrypts them", () => {
  equal(queues.get("order-relay-test-parcelworks-eu")?.Properties["SqsManagedSseEnabled"], true);
});

test("the bucket refuses public access and requests without TLS", () => {
  deepEqual(bucket?.Properties["PublicAccessBlockConfiguration"], {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  match(JSON.stringify(template.all("AWS::S3::BucketPolicy")), /"aws:SecureTransport":"false"/);
});

test("oversized events expire after 60 days and bodies after 90, without old versions", () => {
  const rules = JSON.stringify(bucket?.Properties["LifecycleConfiguration"]);
  match(rules, /"ExpirationInDays":60,"Prefix":"events\/"/);
  match(rules, /"ExpirationInDays":90,"Prefix":"bodies\/"/);
  equal(bucket?.Properties["VersioningConfiguration"], undefined);
});
