import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { newDelivery } from "../../../shared/ledger/delivery-life.ts";
import { createLedger, type Ledger } from "../../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../../shared/ledger/order-record.ts";
import { createTable, type Table } from "../../../shared/ledger/table.ts";
import { onHour, onList, WORK_LISTS } from "../../../shared/ledger/work-list.ts";
import { workShardOf } from "../../../shared/ledger/work-shard.ts";
import { NO_OBJECTS } from "../../support/event-store.ts";
import { createLedgerTable, startLedger, TABLES, type TestLedger } from "../../support/ledger-table.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse("2026-11-20T12:00:00.000Z");

const identityOf = (orderId: string) => ({ channel: "plain", connection: "main", orderId });

const record = (orderId: string, changes: Partial<OrderRecord>): OrderRecord => ({
  ...identityOf(orderId),
  ...{ v: 1, rev: 1, state: "recorded", generation: 1, freshness: "", firstSeenAt: "2026-11-20T11:00:00.000Z" },
  ...{ events: [], eventCount: 0, decided: [], toSend: [], toSuppress: [], eventId: "e", receivedAt: "" },
  expiresAt: 2_000_000_000,
  ...changes,
});

let tables = 0;

for (const { kind, skip } of TABLES) {
  describe(`the work list on ${kind}`, { skip }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());

    /** A ledger on a table of its own; `queries` are those it was asked. */
    async function open() {
      const name = `work-${++tables}`;
      await createLedgerTable(started.client, name);
      const queries: QueryCommand["input"][] = [];
      const send = ((command: Parameters<typeof started.client.send>[0]) => {
        if (command instanceof QueryCommand) queries.push(command.input);
        return started.client.send(command);
      }) as typeof started.client.send;
      const table: Table = createTable({ send }, name);
      const ledger = (workListShards: number) => createLedger(table, NO_OBJECTS, { workListShards });
      return { table, queries, ledger };
    }

    const walked = async (ledger: Ledger, from: number, to: number) =>
      (await Array.fromAsync(ledger.walk(from, to))).map(({ identity }) => identity.orderId);

    test("orders of several hours are walked in the order of their time, forward and back, over all shards", async () => {
      const { ledger, table } = await open();
      const [one, ten] = [ledger(1), ledger(10)];
      // A stage whose setting was raised has entries of both kinds.
      const times = new Map(
        Array.from({ length: 60 }, (_, index) => [`o${index}`, NOON + ((index * 37) % 60) * 4 * MINUTE]),
      );
      for (const [id, at] of times) {
        const writer = Number(id.slice(1)) % 4 === 0 ? one : ten;
        equal(await writer.putOrder(record(id, onHour(at))), "written");
      }
      const soonest = [...times].sort(([, a], [, b]) => a - b).map(([id]) => id);
      deepEqual(await walked(one, NOON, NOON + 4 * HOUR), soonest);
      deepEqual(await walked(ten, NOON + 4 * HOUR, NOON), soonest.toReversed());
      const [first, last] = [times.get(soonest[10] ?? "") ?? 0, times.get(soonest[50] ?? "") ?? 0];
      deepEqual(await walked(one, first, last), soonest.slice(10, 51), "both ends are included");
      deepEqual(await walked(one, last, first), soonest.slice(10, 51).toReversed());
      const keys = new Set(
        await Promise.all(
          [...times.keys()].map(async (orderId) => {
            const item = await table.get({ pk: `order#plain/main#${orderId}`, sk: "order" });
            return String(item?.["workList"]);
          }),
        ),
      );
      ok(keys.size > 20, `${keys.size} of at most 40 index keys were written to`);
    });

    test("an entry has the order's constants; the record knows its list without the shard", async () => {
      const { ledger } = await open();
      const facts = { number: "#1001", buyer: "hash", firstSeenAt: "2026-11-20T11:30:00.000Z" };
      await ledger(10).putOrder(record("1", { ...facts, ...onHour(NOON), reason: "not projected" }));
      deepEqual(await Array.fromAsync(ledger(10).walk(NOON, NOON)), [
        { identity: identityOf("1"), destination: undefined, workAt: "2026-11-20T12:00:00.000Z", ...facts },
      ]);
      equal((await ledger(10).order(identityOf("1")))?.workList, "2026-11-20T12");
      equal((await ledger(10).load(identityOf("1")))?.record.workList, "2026-11-20T12");
    });

    test("a list gives what waits longest first, orders and deliveries, whatever their shard", async () => {
      const { ledger } = await open();
      const writer = ledger(10);
      for (const list of WORK_LISTS) {
        for (let index = 0; index < 12; index++) {
          const order = record(`${list}-${index}`, onList(list, NOON - ((index * 5) % 12) * MINUTE));
          if (index % 2 === 0) await writer.putOrder(order);
          else {
            const { workList, workAt } = order;
            const entry = { ...(workList && { workList }), ...(workAt && { workAt }) };
            await writer.putDelivery({ ...newDelivery(order, "kakaclo/main"), rev: 1, ...entry });
          }
        }
      }
      for (const list of WORK_LISTS) {
        const entries = await Array.fromAsync(ledger(1).workList(list));
        deepEqual(
          entries.map(({ workAt }) => workAt),
          Array.from({ length: 12 }, (_, index) => new Date(NOON - (11 - index) * MINUTE).toISOString()),
        );
        deepEqual(new Set(entries.map(({ destination }) => destination)), new Set([undefined, "kakaclo/main"]));
      }
    });

    test("a write that ends an entry takes it out of its shard, also after the setting was changed", async () => {
      const { ledger } = await open();
      await ledger(10).putOrder(record("1", onList("held", NOON)));
      equal((await Array.fromAsync(ledger(1).workList("held"))).length, 1);
      await ledger(3).putOrder(record("1", { rev: 2, ...onList("held", NOON) }));
      equal((await Array.fromAsync(ledger(1).workList("held"))).length, 1);
      await ledger(3).putOrder(record("1", { rev: 3 }));
      deepEqual(await Array.fromAsync(ledger(1).workList("held")), []);
    });

    test("a list longer than memory is read in pages, no further than it is asked for", async () => {
      const { ledger, queries } = await open();
      const writer = ledger(1);
      const ids = Array.from({ length: 650 }, (_, index) => `${index}`);
      for (let at = 0; at < ids.length; at += 50) {
        const batch = ids.slice(at, at + 50);
        await Promise.all(batch.map((id) => writer.putOrder(record(id, onList("open", NOON + Number(id))))));
      }
      queries.length = 0;
      for await (const { identity } of writer.workList("open")) if (identity.orderId === "510") break;
      equal(queries.length, 11, "a page of each shard, and the second one of the full shard");
      for (const { Limit = 0 } of queries) ok(Limit > 0 && Limit <= 500, `${Limit} entries a page`);
      equal((await Array.fromAsync(writer.workList("open"))).length, 650);
    });
  });
}

test("orders spread evenly over the shards, and each keeps its own", () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 10_000; index++) {
    const key = workShardOf("open", identityOf(String(5_500_000_000 + index)), 10);
    equal(key, workShardOf("open", identityOf(String(5_500_000_000 + index)), 10));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  deepEqual(
    [...counts.keys()].sort(),
    Array.from({ length: 10 }, (_, shard) => `open#${shard}`),
  );
  for (const count of counts.values()) ok(count > 800 && count < 1200, `${count} of 10,000`);
  equal(workShardOf("2026-11-20T14", identityOf("1"), 1), "2026-11-20T14#0");
});
