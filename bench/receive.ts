import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { HostedFunction } from "../local/assembly/hosted.ts";
import { REGION } from "../local/aws/aws-account.ts";
import type { LocalStack } from "../local/stack.ts";
import { queueName } from "../shared/stage/names.ts";
import { functionOf, lambdaEnvironment } from "./bundles.ts";
import { atLeast, atMost, type Figure, median } from "./figure.ts";
import { gatewayEvent, paddedOrder } from "./gateway-event.ts";
import { shopOf } from "./shop-of.ts";

/** receive-webhook does not parse the body: only the size of a small webhook counts. */
const BARE_ORDER = '{"id":820982911946154508,"line_items":[]}';

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Ends the stack's function host: no consumer of the queues uses the CPU, or takes the large event. */
export async function measureReceive(stack: LocalStack, secret: string): Promise<Figure[]> {
  await stack.host.stop();
  const folder = mkdtempSync(join(tmpdir(), "order-relay-bench-"));
  const shop = shopOf(stack, "shopify");
  const receive = stack.assembly.functions.find((fn) => functionOf(fn) === "receive-webhook");
  const route = stack.assembly.functions.find((fn) => functionOf(fn) === "route-order");
  if (!receive || !route) throw new Error("the assembly lacks receive-webhook or route-order");
  const environment = ({ folder: of, environment: { NODE_OPTIONS = "" } }: HostedFunction) =>
    lambdaEnvironment(of, { AWS_ENDPOINT_URL: stack.aws.url, NODE_OPTIONS });
  const queueUrl = `${stack.aws.url}/${stack.account}/${queueName.intake("bench")}`;
  const write = (name: string, event: object) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(event));
    return file;
  };
  const figures: Figure[] = [];

  for (const kb of [4, 40]) {
    const body = paddedOrder(BARE_ORDER, kb * 1000);
    const file = write(`${kb}.json`, gatewayEvent(body, secret));
    const { stdout } = await run(process.execPath, [script("receive-loop.ts"), file, queueUrl], {
      env: environment(receive),
    });
    const { receive: ours, send } = JSON.parse(lastLine(stdout)) as { receive: number[]; send: number[] };
    const ratios = ours.map((rate, index) => rate / (send[index] ?? Number.NaN));
    figures.push(
      atLeast(
        `receive-webhook, ${kb} KB bodies: rate against a bare SendMessage loop (${median(send).toFixed(0)}/s)`,
        median(ratios),
        0.8,
        "×",
      ),
    );
  }

  const client = new SQSClient({
    endpoint: stack.aws.url,
    region: REGION,
    credentials: { accessKeyId: "LOCALbench", secretAccessKey: "bench" },
  });
  // The loops above left tens of thousands of messages: the large event shall be the only one.
  await client.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
  const [webhook] = shop.compose({ order: { id: "820982911946154509" } }).webhooks;
  if (!webhook) throw new Error("the shop sends nothing for a new order");
  const large = paddedOrder(webhook.body, 5_900_000);
  const received = await run(
    process.execPath,
    [script("invoke-once.ts"), write("large.json", gatewayEvent(large, secret))],
    { env: environment(receive) },
  );
  figures.push(
    atMost("receive-webhook: peak memory for a 6 MB event", Number(lastLine(received.stdout)) / 1e6, 200, "MB"),
  );

  const record = await pointerTo(client, queueUrl);
  const sqsEvent = {
    Records: [{ ...record, eventSourceARN: `arn:aws:sqs:${REGION}:${stack.account}:${queueName.intake("bench")}` }],
  };
  const routed = await run(process.execPath, [script("invoke-once.ts"), write("record.json", sqsEvent)], {
    env: environment(route),
  });
  figures.push(atMost("route-order: peak memory for a 6 MB event", Number(lastLine(routed.stdout)) / 1e6, 200, "MB"));
  return figures;
}

const lastLine = (text: string): string => text.split("\n").at(-1) ?? "";

/** The only message of the queue: a pointer to the large event in S3. */
async function pointerTo(client: SQSClient, QueueUrl: string): Promise<object> {
  const { Messages: [pointer] = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] }),
  );
  if (!pointer?.Body?.includes("s3Key")) throw new Error("the large event is not on the queue");
  return {
    messageId: pointer.MessageId,
    receiptHandle: pointer.ReceiptHandle,
    body: pointer.Body,
    attributes: pointer.Attributes,
    // Lambda always sends the field, SQS only when there are attributes.
    messageAttributes: pointer.MessageAttributes ?? {},
  };
}
