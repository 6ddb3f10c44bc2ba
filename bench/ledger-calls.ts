import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { accessKeyOf } from "../local/aws/aws-calls.ts";
import type { LocalStack } from "../local/stack.ts";
import { orderPk } from "../shared/ledger/order-key.ts";
import { OrderRecord } from "../shared/ledger/order-record.ts";
import { createTable } from "../shared/ledger/table.ts";
import { Timing } from "../shared/stage/config.ts";
import { tableName } from "../shared/stage/names.ts";
import { atMost, type Figure } from "./figure.ts";
import { settled } from "./settled.ts";
import { shopOf } from "./shop-of.ts";

const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/** AWS calls of one order and of one repeat of it, counted at the emulators. */
export async function measureCalls(stack: LocalStack): Promise<Figure[]> {
  const { calls } = stack.aws;
  const of = (name: string) => `order-relay-bench-${name}`;
  const writes = (caller: string) =>
    WRITES.reduce((sum, operation) => sum + calls.count({ caller, service: "dynamodb", operation }), 0);
  const shop = shopOf(stack, "shopify");
  const [webhook] = shop.compose({ order: { id: "820982911946150001" } }).webhooks;
  if (!webhook) throw new Error("the shop sends nothing for a new order");

  // Warm: an environment reads secrets and tokens once, not for each order.
  await shop.send({ order: { id: "820982911946150000" } });
  await settled(stack, ["820982911946150000"]);
  calls.reset();
  await shop.deliver(webhook);
  await settled(stack, ["820982911946150001"]);
  const route = of("route-order");
  const figures = [
    atMost(
      "receive-webhook: SQS calls per event",
      calls.count({ caller: of("receive-webhook"), service: "sqs" }),
      1,
      "call",
    ),
    atMost(
      "receive-webhook: DynamoDB calls per event",
      calls.count({ caller: of("receive-webhook"), service: "dynamodb" }),
      0,
      "calls",
    ),
    atMost(
      "receive-webhook: secrets reads per event, when warm",
      calls.count({ caller: of("receive-webhook"), service: "secretsmanager" }),
      0,
      "reads",
    ),
    atMost("route-order: writes per new order (2 before the sends, 1 after)", writes(route), 3, "writes"),
    ...["kakaclo", "s2"].flatMap((provider) => {
      const caller = of(`create-order-${provider}`);
      return [
        atMost(
          `create-order-${provider}: queries per delivery`,
          calls.count({ caller, service: "dynamodb", operation: "Query" }),
          1,
          "query",
        ),
        atMost(`create-order-${provider}: writes per delivery (claim, result)`, writes(caller), 2, "writes"),
      ];
    }),
  ];
  figures.push(atMost("work list: index writes per order", await indexWrites(stack, "820982911946150001"), 1, "write"));
  calls.reset();
  await shop.deliver(webhook);
  await settled(stack, ["820982911946150001"], 2);
  figures.push(atMost("route-order: writes per repeat", writes(route), 1, "write"));
  figures.push(
    atMost(
      `route-order: calls of the table ${tableName("bench")} per repeat that are not writes`,
      calls.count({ caller: route, service: "dynamodb" }) - writes(route),
      1,
      "read",
    ),
  );
  return figures;
}

/**
 * Work list entries of the order's items, plus one if the first was moved: an entry never returns to its earlier time.
 */
async function indexWrites(stack: LocalStack, orderId: string): Promise<number> {
  const credentials = { accessKeyId: accessKeyOf("operator"), secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: stack.aws.url, region: stack.region, credentials });
  const table = createTable(client, tableName("bench"));
  const items = await table.partition(orderPk({ channel: "shopify", connection: "demo", orderId }));
  const entries = items.filter(({ workList }) => workList !== undefined);
  const { firstSeenAt, workAt } = z.parse(
    OrderRecord,
    items.find(({ sk }) => sk === "order"),
  );
  // The bench stage has the shipped defaults.
  const first = Date.parse(firstSeenAt) + z.parse(Timing, {}).dueAfter;
  return entries.length + (Date.parse(workAt ?? "") === first ? 0 : 1);
}
