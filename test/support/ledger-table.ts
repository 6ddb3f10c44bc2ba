import { once } from "node:events";
import { createServer } from "node:http";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  javaIsThere,
  startTableEmulator,
  type TableEmulator,
  type TableEmulatorKind,
} from "../../local/aws/table-emulator.ts";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import { WORK_INDEX } from "../../shared/stage/names.ts";

/** The table emulators a promise of the ledger is proved on; a reason where one cannot run here. */
export const TABLE_EMULATORS: readonly { kind: TableEmulatorKind; skip: string | false }[] = [
  { kind: "dynalite", skip: false },
  { kind: "dynamodb-local", skip: javaIsThere() ? false : "needs Java" },
];

export interface TestLedger {
  client: DynamoDBClient;
  table: Table;
  ledger: Ledger;
  objects: Map<string, string>;
  stop(): Promise<void>;
}

/** When the tests take place: what they record must not expire as the years pass. */
const NOW = Date.parse("2026-11-02T00:00:00Z");

/** An empty ledger on an emulator, over HTTP like the real one. S3 is a map. */
export async function startLedger(kind: TableEmulatorKind, now: () => number = () => NOW): Promise<TestLedger> {
  const emulator = await startTableEmulator(kind);
  try {
    return await openLedgerOn(emulator, now);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

async function openLedgerOn(emulator: TableEmulator, now: () => number): Promise<TestLedger> {
  const server = createServer((request, response) => emulator.handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: "eu-central-1", credentials });
  const name = "ledger";
  await createLedgerTable(client, name);
  const objects = new Map<string, string>();
  const store: EventStore = {
    async put(key, value) {
      objects.set(key, value);
    },
    async get(key) {
      const value = objects.get(key);
      if (value === undefined) throw new Error(`NoSuchKey ${key}`);
      return value;
    },
  };
  const table = createTable(client, name);
  return {
    client,
    table,
    ledger: createLedger(table, store, now),
    objects,
    async stop() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await emulator.stop();
    },
  };
}

/** A further empty table on the same emulator. */
export async function createLedgerTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as const });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [text("pk"), text("sk"), text("workList"), text("workAt")],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: WORK_INDEX,
          KeySchema: [
            { AttributeName: "workList", KeyType: "HASH" },
            { AttributeName: "workAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    }),
  );
}
