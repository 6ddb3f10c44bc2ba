import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createEventStore, type EventStore } from "../messages/event-store.ts";
import type { Config } from "../stage/config.ts";
import type { Environment } from "../stage/env.ts";
import { bucketName, tableName } from "../stage/names.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createTable, type Table } from "./table.ts";

/** The stage's ledger with its table and bucket, opened once per environment. */
export function openLedger(
  { stage, account, region, endpoint }: Environment,
  { ledger: { workListShards } }: Pick<Config, "ledger">,
): {
  table: Table;
  eventStore: EventStore;
  ledger: Ledger;
} {
  const table = createTable(new DynamoDBClient(), tableName(stage));
  const eventStore = createEventStore(bucketName(stage, account, region), endpoint);
  return { table, eventStore, ledger: createLedger(table, eventStore, { workListShards }) };
}
