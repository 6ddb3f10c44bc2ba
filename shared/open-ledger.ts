import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Environment } from "./env.ts";
import { createEventStore, type EventStore } from "./event-store.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { bucketName, tableName } from "./names.ts";
import { createTable, type Table } from "./table.ts";

/** The stage's ledger with the table and bucket it stands on, opened once per environment. */
export function openLedger({ stage, account, region, endpoint }: Environment): {
  table: Table;
  eventStore: EventStore;
  ledger: Ledger;
} {
  const table = createTable(new DynamoDBClient(), tableName(stage));
  const eventStore = createEventStore(bucketName(stage, account, region), endpoint);
  return { table, eventStore, ledger: createLedger(table, eventStore) };
}
