import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import * as z from "zod/mini";
import { Deferred } from "../../../shared/errors.ts";
import { createTableCache, sealWith } from "../../../shared/ledger/cache.ts";
import { catalogEntry, catalogPk } from "../../../shared/ledger/catalog.ts";
import { tokenPk } from "../../../shared/ledger/connector-partition.ts";
import { withLease } from "../../../shared/ledger/lease.ts";
import { NOT_EXISTS, type Table } from "../../../shared/ledger/table.ts";
import { startLedger, TABLES, type TestLedger } from "../../support/ledger-table.ts";

const Token = z.object({ token: z.string() });
const newKey = () => randomBytes(32).toString("base64");

for (const { kind, skip } of TABLES) {
  describe(`on ${kind}`, { skip, concurrency: 6 }, () => {
    let started: TestLedger;
    let table: Table;
    before(async () => {
      started = await startLedger(kind);
      table = started.table;
    });
    after(() => started.stop());

    /** A clock that only sleeping moves. */
    function at(clock: number, waitUntil: number, poll = 250) {
      const time = { clock };
      const now = () => time.clock;
      const sleep = async (ms: number) => {
        time.clock += ms;
        await turn();
      };
      return { time, options: { now, sleep, poll, waitUntil } };
    }

    test("a lease: of 6 contenders one works at a time, and all get their turn", async () => {
      let inside = 0;
      let most = 0;
      let worked = 0;
      const options = { now: Date.now, sleep: () => turn(), poll: 1, waitUntil: Date.now() + 60_000 };
      const contend = () =>
        withLease(
          table,
          "contended",
          60_000,
          async () => {
            most = Math.max(most, ++inside);
            for (let turns = 0; turns < 5; turns++) await turn();
            inside -= 1;
            worked += 1;
          },
          options,
        );
      await Promise.all(Array.from({ length: 6 }, contend));
      deepEqual([most, worked], [1, 6]);
    });

    test("a lease: two names do not wait for each other", async () => {
      const { options } = at(1000, 1000);
      const both = withLease(
        table,
        "a",
        60_000,
        () => withLease(table, "b", 60_000, async () => "both", options),
        options,
      );
      equal(await both, "both");
    });

    test("a lease: what works returns, what throws throws, and both give it back", async () => {
      const { options } = at(1000, 1000);
      equal(await withLease(table, "given back", 60_000, async () => 7, options), 7);
      const failing = withLease(table, "given back", 60_000, () => Promise.reject(new TypeError("ours")), options);
      await rejects(failing, TypeError);
      equal(await withLease(table, "given back", 60_000, async () => 8, options), 8);
    });

    test("a lease: a holder that died loses it, and not a moment before", async () => {
      const { time, options } = at(1000, 1_000_000, 5_000);
      // It never comes back from its work: its function was killed.
      await new Promise<void>((begun) => {
        void withLease(table, "dead", 60_000, () => new Promise(() => begun()), options);
      });
      await withLease(table, "dead", 60_000, async () => {}, options);
      ok(time.clock > 61_000 && time.clock <= 66_000, String(time.clock));
    });

    for (const [how, until] of [
      ["gives back", 0],
      ["keeps", 900_000],
    ] as const) {
      test(`a lease: a holder that was thought dead ${how} nothing that is another's`, async () => {
        const name = `thought dead, ${how}`;
        let finish = () => {};
        let done: Promise<void> | undefined;
        await new Promise<void>((begun) => {
          const work = (keep: (until: number) => void) => {
            keep(until);
            return new Promise<void>((resolve) => {
              finish = resolve;
              begun();
            });
          };
          done = withLease(table, name, 60_000, work, at(1000, 1000).options);
        });
        const held = () => table.get({ pk: name, sk: "lease" });
        const work = async () => {
          const before = await held();
          finish();
          await done;
          ok(before);
          deepEqual(await held(), before);
        };
        await withLease(table, name, 60_000, work, at(70_000, 70_000).options);
      });
    }

    test("a lease: kept for a call that may still run, no other holder works until then", async () => {
      const { time, options } = at(1000, 2_000_000, 20_000);
      await rejects(
        withLease(
          table,
          "kept",
          60_000,
          (keep) => {
            keep(500_000);
            keep(300_000);
            return Promise.reject(new Error("timeout"));
          },
          options,
        ),
        /timeout/,
      );
      await withLease(table, "kept", 60_000, async () => {}, options);
      ok(time.clock > 500_000 && time.clock <= 521_000);
    });

    test("a lease: whose turn does not come in time says when to try again, before its time is over", async () => {
      const { options } = at(1000, 1000);
      await new Promise<void>((begun) => {
        void withLease(table, "taken", 600_000, () => new Promise(() => begun()), options);
      });
      const later = at(5000, 6000);
      const waiting = withLease(table, "taken", 60_000, async () => ok(false, "worked beside another"), later.options);
      await rejects(waiting, (error) => error instanceof Deferred && error.until > 5000 && error.until <= 6500);
      ok(later.time.clock <= 6000);
    });

    test("a lease: that cannot be given back lapses; what its work brought is not lost for that", async () => {
      const down = { ...table, delete: () => Promise.reject(new Error("table down")) };
      const { options } = at(1000, 1000);
      equal(await withLease(down, "not given back", 60_000, async () => "created", options), "created");
      const keeping = { ...down, put: table.put };
      await rejects(
        withLease(
          keeping,
          "not given back either",
          60_000,
          () => Promise.reject(new TypeError("the real reason")),
          options,
        ),
        /the real reason/,
      );
    });

    test("a cache gives back what was put, until it is too old, was deleted or is of another shape", async () => {
      let now = 1_000_000;
      const cache = createTableCache(table, "cache#a/b", () => now);
      equal(await cache.get("x", Token), undefined);
      await cache.put("x", { token: "t1" }, 5000);
      await cache.put("x", { token: "t2" }, 5000);
      deepEqual(await cache.get("x", Token), { token: "t2" });
      equal(await cache.get("x", z.object({ token: z.number() })), undefined);
      equal(await createTableCache(table, "cache#a/c", () => now).get("x", Token), undefined, "of another destination");
      now += 5000;
      equal(await cache.get("x", Token), undefined, "though TTL has not deleted it");
      await cache.put("x", { token: "t3" }, 5000);
      await cache.delete("x");
      await cache.delete("x");
      equal(await cache.get("x", Token), undefined);
    });

    test("a sealed cache shows nothing to who has not the key, and takes nothing that was moved or touched", async () => {
      const key = newKey();
      const pk = tokenPk({ kind: "provider", name: "p" });
      const other = tokenPk({ kind: "channel", name: "p" });
      const open = (of = key, at = pk) => createTableCache(table, at, Date.now, sealWith(of));
      await open().put("account a", { token: "secret-a" }, 60_000);
      await open().put("account b", { token: "secret-b" }, 60_000);
      deepEqual(await open().get("account a", Token), { token: "secret-a" });
      const item = await table.get({ pk, sk: "account a" });
      ok(item && !JSON.stringify(item).includes("secret-a"));
      equal(await open(newKey()).get("account a", Token), undefined, "another key");
      const always = { expression: "attribute_exists(pk) OR attribute_not_exists(pk)" };
      await table.put({ ...item, sk: "account b" }, always);
      equal(await open().get("account b", Token), undefined, "another account's token");
      await table.put({ ...item, pk: other }, always);
      equal(await open(key, other).get("account a", Token), undefined, "another connector's token");
      const sealed = Buffer.from(String(item["value"]), "base64");
      for (const at of [0, 13, sealed.length - 1]) {
        const touched = Buffer.from(sealed);
        touched[at] = (touched[at] ?? 0) ^ 1;
        await table.put({ ...item, value: touched.toString("base64") }, always);
        equal(await open().get("account a", Token), undefined, `byte ${at}`);
      }
      for (const value of ["", "AAAA", "plain text", '{"token":"forged"}']) {
        await table.put({ ...item, value }, always);
        equal(await open().get("account a", Token), undefined, value);
      }
    });

    test("two seals of one text differ, and a tag cut short is none", () => {
      const seal = sealWith(newKey());
      equal(new Set(Array.from({ length: 3 }, () => seal.close("same", "l"))).size, 3);
      const empty = Buffer.from(seal.close("", "l"), "base64");
      equal(seal.open(empty.toString("base64"), "l"), "");
      for (const length of [4, 8, 12]) {
        equal(seal.open(empty.subarray(0, 12 + length).toString("base64"), "l"), undefined, `${length} bytes`);
      }
    });

    test("a key that is none is refused at once", () => {
      for (const key of ["", "short", randomBytes(16).toString("base64"), randomBytes(33).toString("base64")]) {
        throws(() => sealWith(key), /32 bytes/);
      }
    });

    test("a delivery of 10,000 lines fits its item, and comes back whole", async () => {
      const identity = { channel: "plain", connection: "main", orderId: "10000 lines" };
      const about = {
        v: 1,
        rev: 1,
        destination: "p/d",
        generation: 1,
        state: "sending",
        expiresAt: 2_000_000_000,
      } as const;
      const lines = Array.from({ length: 10_000 }, (_, index) => ({
        ...{ id: String(7_000_000_000_000 + index), sku: `DEMO-${index}`, quantity: index, product: `P${index % 977}` },
      }));
      const none = { attempts: 1, tries: {}, failed: {}, providerOrderIds: [] };
      const delivery = { ...identity, ...about, ...none, lines };
      equal(await started.ledger.putDelivery(delivery), "written");
      equal(await started.ledger.putDelivery({ ...delivery, rev: 2, state: "created" }), "written");
      const times = { firstSeenAt: "", receivedAt: "", freshness: "", eventId: "", expiresAt: 2_000_000_000 };
      const lists = { events: [], eventCount: 0, decided: [], toSend: [], toSuppress: [] };
      await started.ledger.putOrder({
        ...identity,
        v: 1,
        rev: 1,
        state: "recorded",
        generation: 1,
        ...times,
        ...lists,
      });
      deepEqual((await started.ledger.load(identity))?.deliveries, [{ ...delivery, rev: 2, state: "created" }]);
    });

    test("the catalog knows what was imported, and no SKU is too odd to ask for", async () => {
      const entry = { productId: "p1", packSize: 6 };
      await table.put({ pk: catalogPk("p/d"), sk: "A#1/ü", ...entry }, NOT_EXISTS);
      deepEqual(await catalogEntry(table, "p/d", "A#1/ü"), entry);
      equal(await catalogEntry(table, "p/other", "A#1/ü"), undefined);
      for (const sku of ["", "x".repeat(5000), "ü".repeat(600), "__proto__", "\u0000"]) {
        equal(await catalogEntry(table, "p/d", sku), undefined);
      }
    });
  });
}
