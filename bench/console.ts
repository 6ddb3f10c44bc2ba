import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { connectors } from "../infra/stage-file/connectors.ts";
import { readStage } from "../infra/stage-file/read-stage.ts";
import type { LocalStack } from "../local/stack.ts";
import { searchOrders } from "../operator/search-orders.ts";
import { createLedger } from "../shared/ledger/ledger.ts";
import { orderKey } from "../shared/ledger/order-key.ts";
import { firstRecorded } from "../shared/ledger/order-life.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { createTable } from "../shared/ledger/table.ts";
import { workShardOf } from "../shared/ledger/work-shard.ts";
import { tableName } from "../shared/stage/names.ts";
import { atMost, type Figure, forInformation, median } from "./figure.ts";
import { stage as benchStage } from "./stages/bench.ts";

const DAY = 86_400_000;
/** Over how many days the orders are spread. */
const DAYS = 90;
/** DynamoDB's limit for a batch. */
const BATCH = 25;
const REPEATS = 5;

/**
 * The console with many orders in the ledger: the first page, and the search of the last 7 days. The emulator answers in
 * the same process that asks.
 */
export async function measureConsole(stack: LocalStack, orders: number): Promise<Figure[]> {
  const now = Date.now();
  const spacing = (DAYS * DAY) / orders;
  await seed(stack, orders, (index) => recordOf(index, now - index * spacing));
  const page = await repeated(async () => {
    await (await fetch(`${stack.url}/console/orders`)).text();
  });
  const { config } = readStage(benchStage, connectors);
  const dynamo = operatorsClient(stack);
  const ledger = createLedger(createTable(dynamo, tableName(stack.stage)), NO_OBJECTS, config.ledger);
  const span = { from: now + DAY, to: now - 7 * DAY };
  const search = (words: string) =>
    repeated(async () => {
      for await (const step of searchOrders(words, { config, ledger, span })) if ("found" in step) return;
      throw new Error(`The search did not find ${words}.`);
    });
  const days5 = Math.floor((5 * DAY) / spacing);
  const figures = [
    forInformation("console: orders in the ledger", orders, "orders"),
    atMost("console: list of orders, first page, server's answer", page, 1_000, "ms"),
    atMost("console: search by number, of 5 days ago", await search(`#${days5}`), 2_000, "ms"),
    atMost("console: search by channel's ID, of 90 days ago", await search(`bench-${orders - 1}`), 2_000, "ms"),
    atMost("console: search by our reference, of 5 days ago", await search(`sh-bench-${days5}`), 2_000, "ms"),
  ];
  dynamo.destroy();
  return figures;
}

const noObjects = (): never => {
  throw new Error("A search reads no objects.");
};
const NO_OBJECTS = { put: noObjects, get: noObjects, keys: noObjects, remove: noObjects };

function operatorsClient({ aws, region }: LocalStack): DynamoDBClient {
  const credentials = { accessKeyId: "LOCALoperator", secretAccessKey: "local" };
  return new DynamoDBClient({ endpoint: aws.url, region, credentials });
}

async function repeated(work: () => Promise<void>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < REPEATS; index++) {
    const begun = performance.now();
    await work();
    took.push(performance.now() - begun);
  }
  return median(took);
}

/** An order that was recorded then, with its delivery sent. */
function recordOf(index: number, seen: number): OrderRecord {
  const at = new Date(seen).toISOString();
  const timing = { dueAfter: 900_000, holdLookAfter: 300_000, heldTooLong: 3 * DAY };
  const recorded = firstRecorded(
    { channel: "shopify", connection: "demo", orderId: `bench-${index}` },
    { freshness: at, number: `#${index}` },
    { state: "recorded", destinations: ["s2/demo"] },
    { now: seen, topic: "orders/paid", eventId: `e${index}`, receivedAt: at, ...timing },
    Math.floor(seen / 1000) + 400 * 86_400,
  );
  return { ...recorded, toSend: [] };
}

async function seed(stack: LocalStack, count: number, make: (index: number) => OrderRecord): Promise<void> {
  const dynamo = operatorsClient(stack);
  const table = tableName(stack.stage);
  for (let at = 0; at < count; at += BATCH) {
    const items = Array.from({ length: Math.min(BATCH, count - at) }, (_, index): WriteRequest => {
      const record = make(at + index);
      const workList = workShardOf(record.workList ?? "", record, 1);
      return { PutRequest: { Item: marshall({ ...record, workList, ...orderKey(record) }) } };
    });
    await dynamo.send(new BatchWriteItemCommand({ RequestItems: { [table]: items } }));
  }
  dynamo.destroy();
}
