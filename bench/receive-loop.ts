/**
 * Runs receive-webhook's handler and a bare `SendMessage` loop in turn, in its own process with a Lambda's environment
 * and against the same endpoint. Prints rates per second as JSON.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const [file = "", queueUrl = "", blocks = "15", perBlock = "100"] = process.argv.slice(2);
const { readFileSync } = await import("node:fs");
const event = JSON.parse(readFileSync(file, "utf8")) as { body: string; headers: Record<string, string> };
const folder = process.env["LAMBDA_TASK_ROOT"] ?? "";
const { handler } = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as {
  handler: (event: unknown, context: unknown) => Promise<{ statusCode: number }>;
};
// In Lambda its log lines go to CloudWatch; here they must not mix with the output.
console.log = () => {};
console.info = () => {};

const context = { awsRequestId: "bench", functionName: "bench", getRemainingTimeInMillis: () => 10_000 };
const client = new SQSClient();
// The unchanged body: a relay that neither checks nor stores anything would send this.
const MessageBody = event.body;

async function rate(once: () => Promise<unknown>, times: number): Promise<number> {
  const began = performance.now();
  for (let index = 0; index < times; index++) await once();
  return (times * 1000) / (performance.now() - began);
}
const receive = async () => {
  const { statusCode } = await handler(event, context);
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
};
const send = () =>
  client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageGroupId: "shopify/demo" }));

await rate(receive, 50);
await rate(send, 50);
const rates = { receive: [] as number[], send: [] as number[] };
for (let block = 0; block < Number(blocks); block++) {
  rates.receive.push(await rate(receive, Number(perBlock)));
  rates.send.push(await rate(send, Number(perBlock)));
}
// After the metrics, which the handler writes to the same output.
process.stdout.write(`\n${JSON.stringify(rates)}`);
