import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDbLocal,
  javaIsThere,
  startDynamoDbLocal,
  startTableEmulator,
  type TableEmulatorKind,
} from "../../local/aws/table-emulator.ts";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import { WORK_INDEX, WORK_PROJECTION } from "../../shared/stage/names.ts";
import { bucketOf } from "./event-store.ts";
import { MemoryDynamoDb } from "./memory-dynamodb.ts";
import { THOROUGH } from "./thorough.ts";

export type TestTableKind = TableEmulatorKind | "memory";

interface Kind<K> {
  kind: K;
  /** Why it cannot run here. */
  skip: string | false;
}

/** The emulators on which a whole stack can run. */
export const TABLE_EMULATORS: readonly Kind<TableEmulatorKind>[] = [
  { kind: "dynalite", skip: false },
  { kind: "dynamodb-local", skip: javaIsThere() ? false : "needs Java" },
];

const MEMORY = [{ kind: "memory", skip: false }] as const;

/** Tests of the table's own semantics (conditions, races, order of an index) run on all of them. */
export const TABLES: readonly Kind<TestTableKind>[] = [...MEMORY, ...TABLE_EMULATORS];

/** For every other test of the ledger: `npm test` runs it in memory, `npm run test:contract` on the emulators. */
export const QUICK_TABLES: readonly Kind<TestTableKind>[] = THOROUGH ? TABLE_EMULATORS : MEMORY;

/** For a test of one ledger: `npm test` runs it in memory, `npm run test:contract` over HTTP. */
export const QUICK_TABLE: TestTableKind = THOROUGH ? "dynalite" : "memory";

/** For tests of a whole stack. */
export const QUICK_TABLE_EMULATORS = THOROUGH ? TABLE_EMULATORS : TABLE_EMULATORS.slice(0, 1);

/** The port of the DynamoDB Local that all test files share (global-setup.ts). */
const SHARED_PORT = "ORDER_RELAY_TEST_DYNAMODB_PORT";

/** Starts one DynamoDB Local for this process and all that it starts. */
export async function shareDynamoDbLocal(): Promise<DynamoDbLocal> {
  const emulator = await startDynamoDbLocal("by-access-key");
  process.env[SHARED_PORT] = String(emulator.port);
  return emulator;
}

export interface TestLedger {
  client: DynamoDBClient;
  table: Table;
  ledger: Ledger;
  objects: Map<string, string>;
  stop(): Promise<void>;
}

/** The time of the tests: fixed, so that their items do not expire as years pass. */
const NOW = Date.parse("2026-11-02T00:00:00Z");

/** An empty ledger on an emulator, over HTTP like the real one. S3 is a map. */
export async function startLedger(kind: TestTableKind, now: () => number = () => NOW): Promise<TestLedger> {
  const { client, stop } = await openClient(kind);
  const name = "ledger";
  try {
    await createLedgerTable(client, name);
  } catch (error) {
    await stop();
    throw error;
  }
  const objects = new Map<string, string>();
  const table = createTable(client, name);
  return {
    client,
    table,
    ledger: createLedger(table, bucketOf(objects), { now }),
    objects,
    async stop() {
      client.destroy();
      await stop();
    },
  };
}

interface OpenClient {
  client: DynamoDBClient;
  stop(): Promise<void>;
}

async function openClient(kind: TestTableKind): Promise<OpenClient> {
  const region = "eu-central-1";
  if (kind === "memory") return { client: new MemoryDynamoDb({ region }), stop: async () => {} };
  const { port, stop } = await (kind === "dynalite" ? serveDynalite() : openDynamoDbLocal());
  // DynamoDB Local keeps one database for each access key, so every ledger uses its own key. Letters and digits only.
  const credentials = { accessKeyId: `test${randomUUID().replaceAll("-", "")}`, secretAccessKey: "test" };
  return { client: new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region, credentials }), stop };
}

async function serveDynalite(): Promise<DynamoDbLocal> {
  const emulator = await startTableEmulator("dynalite");
  const server = createServer((request, response) => emulator.handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async stop() {
      server.closeAllConnections();
      server.close();
      await emulator.stop();
    },
  };
}

/** The shared one, or a new one if the test file runs without the global setup. */
async function openDynamoDbLocal(): Promise<DynamoDbLocal> {
  const shared = process.env[SHARED_PORT];
  return shared === undefined ? startDynamoDbLocal("by-access-key") : { port: Number(shared), stop: async () => {} };
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
          Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...WORK_PROJECTION] },
        },
      ],
    }),
  );
}
