import { request } from "node:http";
import type { Assembly, QueueSpec } from "./assembly/assembly.ts";
import { REGION } from "./aws/aws-account.ts";
import { accessKeyOf } from "./aws/aws-calls.ts";
import type { Emulators } from "./aws/aws-endpoint.ts";
import { queueNameOf } from "./aws/queues-and-buckets.ts";

/** Creates the tables, queues, buckets and secrets of an assembly, as CloudFormation would. */
export async function provision(
  assembly: Assembly,
  emulators: Emulators,
  endpoint: string,
  secrets: Map<string, string>,
): Promise<void> {
  const queues = emulators.sqs ?? emulators.queues;
  for (const { name, attributes } of deadLettersFirst(assembly.queues)) await queues.createQueue(name, attributes);
  // A queue that the stage file names has another owner: nothing in the template makes it.
  const made = new Set(assembly.queues.map(({ name }) => name));
  for (const { queueArn } of assembly.queueSources) {
    const name = queueNameOf(queueArn);
    if (!made.has(name)) await queues.createQueue(name, {});
  }
  for (const name of assembly.buckets) emulators.queues.createBucket(name);
  for (const { name, description } of assembly.secrets) {
    emulators.secrets.create(name, description, secrets.get(name));
  }
  for (const { name, create, timeToLive } of assembly.tables) {
    await dynamodb(endpoint, "CreateTable", create);
    await active(endpoint, name);
    // dynalite does not support TTL.
    if (timeToLive === undefined || emulators.tables.kind === "dynalite") continue;
    const TimeToLiveSpecification = { AttributeName: timeToLive, Enabled: true };
    await dynamodb(endpoint, "UpdateTimeToLive", { TableName: name, TimeToLiveSpecification });
  }
}

const deadLettersFirst = (queues: QueueSpec[]): QueueSpec[] =>
  queues.toSorted((a, b) => Number("RedrivePolicy" in a.attributes) - Number("RedrivePolicy" in b.attributes));

async function active(endpoint: string, TableName: string): Promise<void> {
  for (;;) {
    const { Table } = (await dynamodb(endpoint, "DescribeTable", { TableName })) as { Table: { TableStatus: string } };
    if (Table.TableStatus === "ACTIVE") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function dynamodb(endpoint: string, operation: string, parameters: object): Promise<unknown> {
  const credential = `${accessKeyOf("provision")}/20000101/${REGION}/dynamodb/aws4_request`;
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
    "x-amz-date": "20000101T000000Z",
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${endpoint}/`, { method: "POST", headers }, async (answer) => {
      const text = (await answer.toArray()).join("");
      if (answer.statusCode === 200) resolve(JSON.parse(text));
      else reject(new Error(`${operation}: ${answer.statusCode} ${text}`));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(parameters));
  });
}
