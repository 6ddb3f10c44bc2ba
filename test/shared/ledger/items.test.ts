import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Channel, ChannelClient } from "../../../functions/channels/channel.ts";
import { eraseWalk } from "../../../functions/find-due/erase-walk.ts";
import { findDue } from "../../../functions/find-due/find-due.ts";
import { reconcile } from "../../../functions/reconcile/reconcile.ts";
import type { Pass } from "../../../functions/reconcile/reconcile-connection.ts";
import { createCatalogWriter } from "../../../operator/catalog-writer.ts";
import { createApiBackoff } from "../../../shared/connector/api-backoff.ts";
import { http } from "../../../shared/connector/http.ts";
import { createTools, type Subject, type Tools } from "../../../shared/connector/tools.ts";
import { Deferred, Unavailable } from "../../../shared/errors.ts";
import { Alias } from "../../../shared/ledger/alias.ts";
import { ConnectionState, connectionStateKey } from "../../../shared/ledger/connection-state.ts";
import { ERASURE_PK, ErasureRequest, erasureKey } from "../../../shared/ledger/erasure-request.ts";
import {
  ITEM_KINDS,
  type ItemKind,
  kindOfItem,
  type LedgerUser,
  STORED_WITH_EACH,
} from "../../../shared/ledger/items.ts";
import { createLedger, type Ledger } from "../../../shared/ledger/ledger.ts";
import { orderKey } from "../../../shared/ledger/order-key.ts";
import { OrderRecord } from "../../../shared/ledger/order-record.ts";
import { pointerTo } from "../../../shared/ledger/outbox.ts";
import { putRevision, readStored } from "../../../shared/ledger/stored-item.ts";
import type { Item, Key, Table } from "../../../shared/ledger/table.ts";
import { NO_OBJECTS } from "../../support/event-store.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../../support/ledger-table.ts";
import { plain, Relay } from "../../support/relay.ts";

const HOUR = 3_600_000;

/** Everything that was read from the table and written to it, and who did it. */
class Log {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();
  readonly written: Item[] = [];

  read(user: LedgerUser, item: Item): void {
    this.reads.add(`${user}: ${kindOfItem(item)?.name}`);
  }

  write(user: LedgerUser, item: Item): void {
    this.writes.add(`${user}: ${kindOfItem(item)?.name}`);
    this.written.push(item);
  }

  /** The table in the hands of one user. */
  record(table: Table, user: LedgerUser): Table {
    return {
      get: async (key) => {
        const item = await table.get(key);
        this.read(user, { ...key, ...item });
        return item;
      },
      partition: async (pk) => {
        const items = await table.partition(pk);
        for (const item of items) this.read(user, item);
        return items;
      },
      range: (range) => table.range(range),
      put: async (item, condition) => {
        const result = await table.put(item, condition);
        if (result === "written") this.write(user, item);
        return result;
      },
      delete: (key, condition) => table.delete(key, condition),
    };
  }
}

/** route-order and create-order with a table each. */
class RecordedRelay extends Relay {
  private readonly attempts: Ledger;

  constructor(started: TestLedger, log: Log) {
    const now = () => this.clock;
    const ledger = createLedger(log.record(started.table, "route-order"), NO_OBJECTS, { now, workListShards: 10 });
    super({ ledger });
    this.attempts = createLedger(log.record(started.table, "create-order"), NO_OBJECTS, { now, workListShards: 10 });
  }

  protected override ledgerOfAttempt(): Ledger {
    return this.attempts;
  }
}

describe("the items of the ledger", () => {
  let started: TestLedger;
  const log = new Log();
  before(async () => {
    started = await startLedger(QUICK_TABLE);
    const relay = new RecordedRelay(started, log);
    await ordersOfEveryFate(relay);
    await passesOfFindDue(relay);
    await connectorsOwn(relay);
  });
  after(() => started.stop());

  async function ordersOfEveryFate(relay: RecordedRelay): Promise<void> {
    relay.parcelworks.fates.push("rejected", "down", "throttled");
    for (const id of ["1", "2", "3"]) await relay.ordered({ id, number: `#${id}`, buyer: { id: "b1" } });
    await relay.run(HOUR);
    await relay.ordered({ id: "4", financialState: "pending" });
    const updatedAt = new Date(relay.clock).toISOString();
    await relay.ordered({ id: "5" });
    for (const id of ["1", "5"]) await relay.ordered({ id, updatedAt, cancelledAt: updatedAt });
    const lines = Array.from({ length: 2000 }, (_, line) => ({ id: `${line}`, sku: "DEMO-TEE", quantity: 1 }));
    await relay.ordered({ id: "6", lines });
    await relay.run(HOUR);
    await relay.arrives({ kind: "erase", subject: { buyerId: "b1" }, topic: "customers/redact" });
    await relay.arrives({ kind: "erase", subject: { orderIds: ["3", "9"] }, topic: "customers/redact" });
    await relay.ordered({ id: "10", cancelledAt: updatedAt, buyer: { id: "b1" } });
    for (let times = 0; times < 2; times++) {
      await relay.arrives({ kind: "change", change: "cancelled", orderId: "8", topic: "orders/delete" });
    }
    // Its message is lost.
    await relay.ordered({ id: "7" });
    relay.queue.length = 0;
  }

  async function passesOfFindDue(relay: RecordedRelay): Promise<void> {
    const { config, now } = relay;
    const ledger = createLedger(log.record(started.table, "find-due"), NO_OBJECTS, { now, workListShards: 10 });
    const queues = { sendToDestination: async () => {}, sendToIntake: async () => {} };
    relay.clock += HOUR;
    equal((await findDue({ config, ledger, queues, now, deadline: relay.clock + 30_000 })).resent, 1);
    relay.redrive("new");
    await relay.run(HOUR);
    // The work list of a few hours is enough.
    const short = { ...config, retention: { ...config.retention, queues: HOUR } };
    await eraseWalk({ config: short, ledger, queues, now, deadline: relay.clock + 30_000 });
    // One that cannot be read, and then can.
    const load = ledger.load;
    ledger.load = () => Promise.reject(new Error("throttled"));
    for (let pass = 0; pass < 4; pass++) {
      relay.clock += HOUR;
      await findDue({ config, ledger, queues, now, deadline: relay.clock + 30_000 });
      if (pass === 2) ledger.load = load;
    }
    await relay.ordered({ id: "7", updatedAt: "2026-11-02T00:00:00Z", cancelledAt: "2026-11-02T00:00:00Z" });
    const record = await started.ledger.order({ channel: "plain", connection: "main", orderId: "7" });
    ok(record);
    relay.send(JSON.stringify(pointerTo(record, "parcelworks/demo")));
    await relay.run(HOUR);
  }

  async function connectorsOwn(relay: RecordedRelay): Promise<void> {
    const { clock } = relay;
    const writer = createCatalogWriter(async (requests) => {
      for (const { PutRequest } of requests) log.write("operator", unmarshall(PutRequest?.Item ?? {}) as Item);
      return [];
    }, "parcelworks/demo");
    await writer.write("DEMO-TEE", { productId: "p1", packSize: 6 });
    await writer.end();
    const provider = { kind: "provider", name: "parcelworks", account: "parcelworks/demo" } as const;
    const channel = { kind: "channel", name: "plain", account: "plain/main" } as const;
    await everyTool(provider, "create-order", clock).then(({ catalog }) => catalog("DEMO-TEE"));
    await everyTool(channel, "route-order", clock);
    await leavesFailingApiAlone(clock);
    await everyTool(channel, "reconcile", clock);
    await passesOfReconcile(relay);
  }

  /** Over an order, a tombstone and an order that the ledger does not know. */
  async function passesOfReconcile({ config, clock: before }: RecordedRelay): Promise<void> {
    // The API that was left alone is called again.
    const clock = before + HOUR;
    const now = () => clock;
    const table = log.record(started.table, "reconcile");
    const channel: Channel = { ...plain, api: async () => ({ open: () => client }) };
    const client: ChannelClient = {
      order: async () => "gone",
      async *changedSince() {
        for (const id of ["1", "8", "unknown"]) yield { id, changedAt: new Date(clock).toISOString() };
      },
    };
    const failures: unknown[] = [];
    const passes: Pass[] = [];
    await reconcile({
      ...{ config, table, now, deadline: clock + 55_000, leaseUntil: clock + 60_000 },
      channelOf: async () => channel,
      openClient: async () => client,
      queues: { sendAllToIntake: async () => {} },
      backoff: createApiBackoff({ table, timing: config.timing, now, random: () => 0.5 }),
      onPass: (_, pass) => passes.push(pass),
      failed: (_, error) => failures.push(error),
    });
    deepEqual(failures, []);
    deepEqual(passes, [{ outcome: "complete", listed: 3, queued: 3, missed: 0 }]);
  }

  async function everyTool(subject: Subject, user: LedgerUser, clock: number): Promise<Tools> {
    const tools = createTools({
      ...{ subject, table: log.record(started.table, user), callTimeout: 0, deadline: clock + 60_000 },
      ...{ memory: new Map(), now: () => clock, http },
    });
    for (const cache of [tools.cache, tools.sealedCache(randomBytes(32).toString("base64"))]) {
      await cache.put("name", "value", HOUR);
      equal(await cache.get("name", z.string()), "value");
    }
    await tools.lease("one call at a time", 1000, async () => {});
    return tools;
  }

  async function leavesFailingApiAlone(clock: number): Promise<void> {
    const table = log.record(started.table, "route-order");
    const timing = { channelCall: 1000, retryBase: HOUR, retryCap: HOUR, throttleBase: HOUR, throttleCap: HOUR };
    const environment = () => createApiBackoff({ table, timing, now: () => clock, random: () => 0.5 });
    const call = (work: () => Promise<void>) => environment().run("plain/main", clock + 60_000, work);
    await rejects(
      call(() => Promise.reject(new Unavailable("down"))),
      Unavailable,
    );
    await rejects(
      call(async () => {}),
      Deferred,
    );
  }

  test("what the code writes is of a listed kind, with listed attributes, and expires as that kind does", () => {
    ok(log.written.length > 30, `${log.written.length} writes`);
    for (const item of log.written) {
      const kind = kindOfItem(item);
      ok(kind, `${item.pk} ${item.sk}`);
      const known = new Set(["pk", "sk", ...STORED_WITH_EACH, ...Object.keys(kind.schema.shape)]);
      deepEqual(
        Object.keys(item).filter((attribute) => item[attribute] !== undefined && !known.has(attribute)),
        [],
        kind.name,
      );
      // The lines of a large one are in `linesGzip`.
      equal(kind.schema.safeParse(item).success, true, `${kind.name} ${JSON.stringify(item)}`);
      equal(typeof item["expiresAt"], kind.expiry === undefined ? "undefined" : "number", kind.name);
    }
  });

  const listed = (users: (kind: ItemKind) => readonly LedgerUser[]) =>
    ITEM_KINDS.filter(({ filledBy }) => filledBy === undefined)
      .flatMap((kind) => users(kind).map((user) => `${user}: ${kind.name}`))
      .filter((use) => !use.startsWith("operator"))
      .sort();
  const ofFunctions = (uses: Set<string>) => [...uses].filter((use) => !use.startsWith("operator")).sort();

  test("each kind is written by the functions that it lists, and by no other", () => {
    deepEqual(
      ofFunctions(log.writes),
      listed(({ writers }) => writers),
    );
  });

  test("each kind is read by the functions that it lists, and by no other", () => {
    deepEqual(
      ofFunctions(log.reads),
      listed(({ readers }) => readers),
    );
  });

  test("the operator's commands read and write the kinds that list them", () => {
    const folder = new URL("../../../operator/", import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
    const source = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
    const does = (call: RegExp) => call.test(source);
    for (const [name, reads, writes] of [
      ["order record", does(/ledger\.(load|order)\(/), does(/ledger\.putOrder\(/)],
      ["body", does(/ledger\.(load|readBody)\(/), does(/eraseOrder\(/)],
      ["error text", does(/ledger\.load\(/), does(/eraseOrder\(/)],
      ["tombstone", does(/ledger\.load\(/), does(/eraseOrder\(/)],
      ["erasure request", does(/erasures\.(get|open)\(/), does(/erasures\.put\(/)],
      ["erasure walk", does(/erasures\.walk\(/), does(/erasures\.putWalk\(/)],
      ["delivery", does(/ledger\.load\(/), does(/ledger\.putDelivery\(/)],
      ["catalog row", does(/catalogEntry\(/), does(/catalogPk\(/)],
      ["cursor", does(/dueCursor\(/), does(/moveDueCursor\(/)],
      ["cache", does(/createTools\(/), does(/createTools\(/)],
      ["token", does(/createTools\(/), does(/createTools\(/)],
      ["lease", false, does(/createTools\(/)],
    ] as const) {
      const kind = ITEM_KINDS.find((one) => one.name === name);
      equal(kind?.readers.includes("operator"), reads, `${name}: read`);
      equal(kind?.writers.includes("operator"), writes, `${name}: written`);
    }
  });

  test("an item that is not listed is noticed", () => {
    for (const key of [
      { pk: "order#shopify/main#1", sk: "note" },
      { pk: "order#shopify", sk: "order" },
      { pk: "order#shopify/main#1", sk: "delivery#kakaclo#1" },
      { pk: "cache#kakaclo/demo", sk: "name" },
      { pk: "provider#kakaclo", sk: "token" },
      { pk: "find-due", sk: "other" },
    ]) {
      equal(kindOfItem(key), undefined, `${key.pk} ${key.sk}`);
    }
    equal(kindOfItem({ pk: "order#shopify/main#odd # / ID\n", sk: "order", digest: "d" })?.name, "order record");
  });

  const identity = { channel: "mercado-libre", connection: "main", orderId: "2000001" };
  const expiresAt = Date.parse("2027-12-01T00:00:00Z") / 1000;
  const NOW = Date.parse("2026-11-20T12:00:00Z");
  const tombstone: OrderRecord = {
    ...identity,
    ...{ orderId: "2000002", v: 1, rev: 1, state: "cancelled", reason: "deleted at the channel", generation: 1 },
    ...{ freshness: "2026-11-20T11:00:00.000Z|2|", firstSeenAt: "2026-11-20T11:00:05.000Z", eventCount: 0 },
    ...{ events: [], decided: [], toSend: [], toSuppress: [], eventId: "evt_1", receivedAt: "", expiresAt },
  };
  const erasure = {
    ...{ v: 1, rev: 1, channel: "shopify", connection: "main", eventId: "evt_2", erased: 0, expiresAt },
    ...{ receivedAt: "2026-11-20T11:00:00.000Z", repeatUntil: "2026-12-20T11:00:00.000Z" },
  } as const;
  const samples: { name: string; key: Key; schema: z.ZodMiniType; item: Record<string, unknown> & { rev: number } }[] =
    [
      { name: "tombstone", key: orderKey(tombstone), schema: OrderRecord, item: tombstone },
      {
        name: "alias",
        key: orderKey(identity),
        schema: Alias,
        item: { ...identity, v: 1, rev: 1, packId: "3000001", changedAt: "2026-11-20T11:00:00.000Z", expiresAt },
      },
      ...(["connection", "endpoint"] as const).map((kind) => ({
        name: "connection state",
        key: connectionStateKey(kind, "shopify/main"),
        schema: ConnectionState,
        item: {
          ...{ v: 1, rev: 1, watermark: "2026-11-20T11:00:00.000Z", lastPassAt: "2026-11-20T11:15:00.000Z" },
          ...{ firstPassAt: "2026-11-01T00:00:00.000Z", lastOutcome: "continues" },
          asked: [{ at: "2026-11-20T11:15:00.000Z", hits: "0123456789ab" }],
          unheard: [{ id: "17", changedAt: "2026-11-20T11:14:00.000Z" }],
          missed: { count: 3, lastAt: "2026-11-20T11:15:00.000Z" },
          subscriptions: [{ topic: "orders/paid", id: "17", seenAt: "2026-11-20T11:15:00.000Z" }],
          lifecycle: { state: "installed", at: "2026-11-01T00:00:00.000Z" },
          ...{ tokenExpiresAt: "2026-12-01T00:00:00.000Z", secretExpiresAt: "2027-11-01T00:00:00.000Z" },
        },
      })),
      ...[{ kind: "buyer", buyer: "hash" }, { kind: "orders", orderIds: ["1", "2"] }, { kind: "shop" }].map(
        (subject, index) => ({
          name: "erasure request",
          key: erasureKey({ ...erasure, eventId: `evt_${index}` }),
          schema: ErasureRequest,
          item: { ...erasure, eventId: `evt_${index}`, subject },
        }),
      ),
    ];

  test("every kind that a later issue fills has a sample here", () => {
    const later = ITEM_KINDS.filter(({ filledBy }) => filledBy !== undefined).map(({ name }) => name);
    const names = new Set(samples.map(({ name }) => name));
    deepEqual(
      later.filter((name) => !names.has(name)),
      [],
    );
  });

  for (const [index, { name, key, schema, item }] of samples.entries()) {
    test(`${name} ${index}: comes back as it was written, upon the write before it only`, async () => {
      equal(kindOfItem({ ...item, ...key })?.name, name);
      equal(await putRevision(started.table, { ...item, ...key }), "written");
      const read = () => readStored(started.table, key, "This item", NOW);
      deepEqual(schema.parse(await read()), item);
      equal(await putRevision(started.table, { ...item, ...key }), "conflict");
      equal(await putRevision(started.table, { ...item, ...key, rev: 3 }), "conflict");
      equal(await putRevision(started.table, { ...item, ...key, rev: 2 }), "written");
      deepEqual(schema.parse(await read()), { ...item, rev: 2 });
    });

    test(`${name} ${index}: is refused by name where a newer release wrote it, and gone once it has expired`, async () => {
      const always = { expression: "attribute_exists(pk) OR attribute_not_exists(pk)" };
      await started.table.put({ ...item, ...key, v: 2 }, always);
      await rejects(readStored(started.table, key, "This item", NOW), { name: "NewerRelease", message: /^This item/ });
      equal(schema.safeParse({ ...item, v: 2 }).success, false);
      await started.table.put({ ...item, ...key }, always);
      const end = item["expiresAt"] === undefined ? NOW + 4000 * 24 * HOUR : Number(item["expiresAt"]) * 1000;
      notEqual(await readStored(started.table, key, "This item", end - 1), undefined);
      equal((await readStored(started.table, key, "This item", end)) === undefined, item["expiresAt"] !== undefined);
    });
  }

  test("an alias and the record of its member exclude each other; requests for erasure are read in one query, oldest first", async () => {
    const member = { ...identity, orderId: "2000009" };
    const alias = { ...member, ...orderKey(member), v: 1, rev: 1, packId: "3000001", expiresAt };
    equal(await started.ledger.putOrder({ ...tombstone, ...member }), "written");
    equal(await putRevision(started.table, alias), "conflict");
    const later = { ...erasure, eventId: "evt_0", receivedAt: "2026-11-21T00:00:00.000Z", subject: { kind: "shop" } };
    await putRevision(started.table, { ...later, ...erasureKey(later) });
    const requests = z.array(ErasureRequest).parse(await started.table.partition(ERASURE_PK));
    deepEqual(
      requests.map(({ receivedAt }) => receivedAt),
      requests.map(({ receivedAt }) => receivedAt).sort(),
    );
    equal(requests.at(-1)?.receivedAt, later.receivedAt);
  });
});
