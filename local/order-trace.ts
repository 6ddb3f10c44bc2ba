import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createLedger } from "../shared/ledger/ledger.ts";
import { createTable } from "../shared/ledger/table.ts";
import { readTrace, type Trace } from "../shared/ledger/trace.ts";
import type { EventStore } from "../shared/messages/event-store.ts";
import { tableName } from "../shared/stage/names.ts";
import { REGION } from "./aws/aws-account.ts";
import { accessKeyOf } from "./aws/aws-calls.ts";

/** Reads an order's trace from the ledger; undefined if the ledger does not know the order. */
export type ReadTrace = (order: { channel: string; connection: string; orderId: string }) => Promise<Trace | undefined>;

/** Its calls count as `operator`'s. */
export function createReadTrace(endpoint: string, stage: string): ReadTrace {
  const credentials = { accessKeyId: accessKeyOf("operator"), secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  const ledger = createLedger(createTable(client, tableName(stage)), NO_BODIES);
  return (order) => readTrace(ledger, order);
}

const noBodies = (): never => {
  throw new Error("A trace reads no bodies.");
};
const NO_BODIES: EventStore = { put: noBodies, get: noBodies, keys: noBodies, remove: noBodies };
