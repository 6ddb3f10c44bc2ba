import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { stageFile, templateOf } from "../../support/synthesised.ts";

const template = templateOf(stageFile());
const [table] = template.all("AWS::DynamoDB::Table");
const [bucket] = template.all("AWS::S3::Bucket");
const [key] = template.all("AWS::KMS::Key");
const queues = new Map(template.all("AWS::SQS::Queue").map((queue) => [queue.Properties["QueueName"], queue]));
const intake = [queues.get("order-relay-test-intake"), queues.get("order-relay-test-intake-dlq")];

test("nothing that holds orders is ever deleted with the stack: table, bucket, intake and the key over them", () => {
  for (const resource of [table, bucket, key, ...intake]) {
    match(resource?.DeletionPolicy ?? "Delete", /^Retain/, resource?.id);
    equal(resource?.UpdateReplacePolicy, "Retain", resource?.id);
  }
});

test("a first deployment that failed leaves no bucket or queue, whose fixed names would refuse the next try", () => {
  for (const resource of [bucket, ...intake]) equal(resource?.DeletionPolicy, "RetainExceptOnCreate", resource?.id);
});

test("the table is kept even then: protected, it cannot be deleted, and the rollback would hang on it", () => {
  equal(table?.Properties["DeletionProtectionEnabled"], true);
  equal(table?.DeletionPolicy, "Retain");
});

test("the key is kept as long as its table: a table whose key is going may refuse even its deletion", () => {
  equal(key?.DeletionPolicy, table?.DeletionPolicy);
});

test("nothing else outlives a first deployment that failed: table and key are all that docs/deploy.md cleans up", () => {
  const { Resources } = template.json as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
  const left = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
  deepEqual(left.map(({ Type }) => Type).sort(), ["AWS::DynamoDB::Table", "AWS::KMS::Key"]);
});

test("the table can be taken back to any second of the last 35 days, and not be deleted by a click", () => {
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

test("personal data rests under a key of our own: table, bucket, intake and its dead letters; the key is rotated", () => {
  ok(key);
  equal(key.Properties["EnableKeyRotation"], true);
  for (const resource of [table, bucket, ...intake])
    ok(JSON.stringify(resource?.Properties).includes(key.id), resource?.id);
});

test("destinations' queues hold pointers only and are sealed by SQS's own key", () => {
  equal(queues.get("order-relay-test-parcelworks-eu")?.Properties["SqsManagedSseEnabled"], true);
});

test("the bucket is closed to the public and to what comes without TLS", () => {
  deepEqual(bucket?.Properties["PublicAccessBlockConfiguration"], {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  match(JSON.stringify(template.all("AWS::S3::BucketPolicy")), /"aws:SecureTransport":"false"/);
});

test("oversized events are gone after 60 days and bodies after 90, versions and all", () => {
  const rules = JSON.stringify(bucket?.Properties["LifecycleConfiguration"]);
  match(rules, /"ExpirationInDays":60,"Prefix":"events\/"/);
  match(rules, /"ExpirationInDays":90,"Prefix":"bodies\/"/);
  equal(bucket?.Properties["VersioningConfiguration"], undefined);
});
