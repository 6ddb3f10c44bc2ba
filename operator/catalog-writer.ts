import { setTimeout as sleep } from "node:timers/promises";
import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type CatalogEntry, catalogPk } from "../shared/ledger/catalog.ts";
import { CommandError } from "./command-error.ts";

/** DynamoDB's limit for a batch. */
const BATCH = 25;
const IN_FLIGHT = 8;
const TRIES = 10;

/** Writes a catalog in batches, several at a time. A SKU's later row comes after its earlier one. */
export interface CatalogWriter {
  /** Resolves when the next row can be written. @param entry undefined removes the SKU */
  write(sku: string, entry: CatalogEntry | undefined): Promise<void>;
  /** Resolves when all is written. */
  end(): Promise<void>;
  /** Rows that DynamoDB has taken. */
  readonly written: number;
}

/** Writes up to 25 requests. @returns those left undone */
export type WriteBatch = (requests: WriteRequest[]) => Promise<WriteRequest[]>;

export const batchesTo =
  (client: Pick<DynamoDBClient, "send">, table: string): WriteBatch =>
  async (requests) => {
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    return UnprocessedItems?.[table] ?? [];
  };

/** @throws from any of its methods what `writeBatch` throws, or CommandError where DynamoDB leaves rows undone */
export function createCatalogWriter(writeBatch: WriteBatch, destination: string): CatalogWriter {
  const pk = catalogPk(destination);
  let batch = new Map<string, WriteRequest>();
  const flights = new Map<Promise<void>, Map<string, WriteRequest>>();
  let failure: { error: unknown } | undefined;
  let written = 0;

  async function send(requests: WriteRequest[]): Promise<void> {
    let left = requests;
    for (let tries = 1; left.length > 0; tries++) {
      if (tries > TRIES) throw new CommandError(`DynamoDB left ${left.length} rows of a batch undone ${TRIES} times.`);
      const undone = await writeBatch(left);
      written += left.length - undone.length;
      left = undone;
      // AWS asks for exponential backoff before the rest is sent again; with full jitter.
      if (left.length > 0) await sleep(Math.random() * Math.min(5_000, 50 * 2 ** tries));
    }
  }

  async function flush(): Promise<void> {
    const full = batch;
    batch = new Map();
    for (const [flight, requests] of flights) {
      if ([...full.keys()].some((sku) => requests.has(sku))) await flight;
    }
    while (flights.size >= IN_FLIGHT) await Promise.race(flights.keys());
    if (failure) throw failure.error;
    const flight: Promise<void> = send([...full.values()])
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => flights.delete(flight));
    flights.set(flight, full);
  }

  return {
    get written() {
      return written;
    },
    async write(sku, entry) {
      const key = { pk, sk: sku };
      batch.set(
        sku,
        entry
          ? { PutRequest: { Item: marshall({ ...key, v: 1, ...entry }) } }
          : { DeleteRequest: { Key: marshall(key) } },
      );
      if (batch.size >= BATCH) await flush();
    },
    async end() {
      if (batch.size > 0) await flush();
      await Promise.all(flights.keys());
      if (failure) throw failure.error;
    },
  };
}
