import { deepEqual, equal, rejects } from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Context } from "aws-lambda";
import { newDelivery } from "../../shared/ledger/delivery-life.ts";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import { onList } from "../../shared/ledger/work-list.ts";
import { tableName } from "../../shared/stage/names.ts";
import { NO_OBJECTS } from "../support/event-store.ts";
import { setLambdaEnvironment } from "../support/lambda-environment.ts";
import { createLedgerTable, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { linesWrittenBy, metricsIn } from "../support/lines-written-by.ts";

const DESTINATION = "parcelworks/eu";
const NEWER = { pk: "find-due", sk: "cursor" };

let started: TestLedger;
let table: Table;
let ledger: Ledger;
let folder: string;
let handle: () => Promise<unknown>;
before(async () => {
  started = await startLedger("dynalite");
  const name = tableName("test");
  await createLedgerTable(started.client, name);
  table = createTable(started.client, name);
  ledger = createLedger(table, NO_OBJECTS);
  const destinations = [{ provider: "parcelworks", name: "eu" }];
  const connections = [{ channel: "plain", name: "main", key: "PM", since: "2026-01-01T00:00:00Z" }];
  const { protocol, hostname, port } = (await started.client.config.endpoint?.()) ?? {};
  folder = await setLambdaEnvironment({ connections, destinations }, `${protocol}//${hostname}:${port}`);
  const { handler } = await import("../../functions/find-due/handler.ts");
  handle = () => handler({}, { getRemainingTimeInMillis: () => 60_000 } as Context) as Promise<unknown>;
});
after(async () => {
  await started.stop();
  await rm(folder, { recursive: true });
});

/** The metrics that one pass writes, other than zeros. */
const metricsOf = async (pass: () => Promise<unknown>) =>
  metricsIn(await linesWrittenBy(pass)).filter((values) => !Object.values(values).includes(0));

test("the gauges are written whether or not the pass comes to its end", async () => {
  const record = { v: 1 as const, channel: "plain", connection: "main", orderId: "1", generation: 1 };
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  const base = newDelivery({ ...record, expiresAt } as Parameters<typeof newDelivery>[0], DESTINATION);
  const failed = { ...base, rev: 1, state: "failed" as const, ...onList("failed", Date.now()) };
  equal(await ledger.putDelivery(failed), "written");
  const reported = [{ stage: "test", destination: DESTINATION, WaitingFailed: 1 }];
  deepEqual(await metricsOf(handle), reported);

  // As after a rollback: the pass refuses to run, and the gauges are written all the same.
  await table.put({ ...NEWER, v: 2, at: Date.now() }, { expression: "attribute_exists(pk)" });
  deepEqual(await metricsOf(() => rejects(handle())), reported);
});
