import * as z from "zod/mini";
import type { Identity } from "../identity.ts";
import { type EventStore, eventKey } from "../messages/event-store.ts";
import type { Order } from "../order.ts";
import { ITEM_VERSION } from "../release.ts";
import { WORK_INDEX, WORK_LIST_SHARDS } from "../stage/names.ts";
import type { Delivery } from "./delivery.ts";
import { packDelivery, unpackDelivery } from "./delivery-item.ts";
import { createErasureStore, type ErasureStore } from "./erasure-store.ts";
import type { ErrorText } from "./error-text.ts";
import { FIND_DUE_CURSOR, FindDueCursor } from "./find-due-cursor.ts";
import { mergeSorted } from "./merge-sorted.ts";
import { BodyItem, bodiesPrefix, packBody, unpackBody } from "./order-body.ts";
import { bodyKey, deliveryKey, errorTextKey, orderKey, orderPk } from "./order-key.ts";
import { OrderRecord } from "./order-record.ts";
import { isExpired, putRevision, readStored, refuseNewer } from "./stored-item.ts";
import { type Item, type Key, notNewer, type Range, type Table } from "./table.ts";
import { UnreadOrder, unreadKey } from "./unread-order.ts";
import { toWorkEntry, type WorkEntry } from "./work-entry.ts";
import { hourOf, onList, type WorkList } from "./work-list.ts";
import { listOf, workShard, workShardOf } from "./work-shard.ts";

/** An order, its body and its deliveries, read in one consistent query. */
export interface OrderSnapshot {
  record: OrderRecord;
  /** Undefined once it expired or was erased. */
  body: BodyItem | undefined;
  /** Of every generation. */
  deliveries: Delivery[];
}

/**
 * The DynamoDB table that stores every order and delivery. Each order has one partition. Every write is conditional:
 * each item counts its writes in `rev`, and a write requires the `rev` it was made from. "conflict": another writer was
 * first, so read again.
 */
export interface Ledger {
  order(identity: Identity): Promise<OrderRecord | undefined>;
  load(identity: Identity): Promise<OrderSnapshot | undefined>;
  /** Writes a record of `rev` n over n - 1; `rev` 1 only if there is none. */
  putOrder(record: OrderRecord): Promise<"written" | "conflict">;
  /** Writes the order's body unless the table has a newer one, or the buyer's data was erased. */
  putBody(identity: Identity, order: Order, item: Pick<BodyItem, "freshness" | "digest" | "expiresAt">): Promise<void>;
  readBody(body: BodyItem): Promise<Order>;
  /**
   * Replaces the order's body by an empty one that nothing replaces, and deletes its objects in S3: all its bodies, and
   * these events.
   */
  eraseBody(identity: Identity, erasure: BodyErasure): Promise<void>;
  /** Replaces what a connector reported of the delivery by an empty text that nothing replaces. */
  eraseErrorText(delivery: Delivery): Promise<void>;
  /** As `putOrder`. */
  putDelivery(delivery: Delivery): Promise<"written" | "conflict">;
  /**
   * The orders whose entry lies between two times, both included, from `from` to `to`: backwards if `to` is the earlier
   * one. There may be more than fit into memory.
   * @param from epoch ms @param to epoch ms
   * @param shards only these; default: all. A reader that leaves some out reads them later (docs/ledger.md)
   */
  walk(from: number, to: number, shards?: readonly number[]): AsyncIterable<WorkEntry>;
  /** The entries of a list, longest waiting first. After an outage there may be more than fit into memory. */
  workList(list: WorkList): AsyncIterable<WorkEntry>;
  /** Keeps an order that find-due cannot look at in the list `unread`. @param expiresAt epoch seconds */
  markUnread(identity: Identity, expiresAt: number): Promise<void>;
  /** It can be read again. */
  unmarkUnread(identity: Identity): Promise<void>;
  /** @throws NewerRelease */
  unread(identity: Identity): Promise<UnreadOrder | undefined>;
  readonly erasures: ErasureStore;
  /** How far find-due has looked, epoch ms. @throws NewerRelease */
  dueCursor(): Promise<number | undefined>;
  moveDueCursor(to: number): Promise<void>;
}

/** How an order's body is erased. `expiresAt`: of the order's record, epoch seconds. */
interface BodyErasure {
  expiresAt: number;
  /** The endpoint that its events came to, and their IDs as far as its trace names them. */
  endpoint: string;
  eventIds: readonly string[];
}

const HOUR = 3_600_000;
/** A range that contains every `workAt`. */
const ALWAYS = { from: "0", to: "9" };
const ALL_SHARDS: readonly number[] = [...Array(WORK_LIST_SHARDS).keys()];
/** Entries of one shard in memory. find-due reads the shards of all lists side by side, in 256 MB. */
const PAGE_SIZE = 500;

interface Options {
  /** Epoch ms. */
  now?: () => number;
  /** Over how many index keys entries are spread; a setting of the stage. */
  workListShards?: number;
}

export function createLedger(
  table: Table,
  store: EventStore,
  { now = Date.now, workListShards = 1 }: Options = {},
): Ledger {
  const put = (key: Key, { workList, ...item }: OrderRecord | ReturnType<typeof packDelivery>) => {
    const entry = workList === undefined ? {} : { workList: workShardOf(workList, item, workListShards) };
    return putRevision(table, { ...item, ...entry, ...key });
  };

  const putErrorText = (delivery: Delivery, errorText: ErrorText) =>
    table.put(
      { ...errorTextKey(delivery), v: ITEM_VERSION, ...errorText },
      {
        expression: "attribute_not_exists(pk) OR (rev <= :rev AND attribute_not_exists(erased))",
        values: { ":rev": errorText.rev },
      },
    );

  /** The entries of a list or an hour, from all its shards. */
  const entries = (
    list: string,
    sort: Omit<Range["sort"], "name">,
    order: "ascending" | "descending",
    wanted: readonly number[] = ALL_SHARDS,
  ) => {
    const shards = wanted.map((shard) =>
      table.range({
        index: WORK_INDEX,
        order,
        pageSize: PAGE_SIZE,
        partition: { name: "workList", value: workShard(list, shard) },
        sort: { name: "workAt", ...sort },
      }),
    );
    const before = order === "ascending" ? isEarlier : (a: Item, b: Item) => isEarlier(b, a);
    return mergeSorted(shards, before);
  };

  const unread = async (identity: Identity) => {
    // A query, which is all that `npm run failed` may do.
    const items = await table.partition(orderPk(identity));
    const item = items.find(({ sk }) => sk === unreadKey(identity).sk);
    return item && !isExpired(item, now()) ? z.parse(UnreadOrder, refuseNewer("This order's mark", item)) : undefined;
  };

  return {
    async order(identity) {
      const item = await table.get(orderKey(identity));
      return item && z.parse(OrderRecord, fromStored(item));
    },

    async load(identity) {
      const items = (await table.partition(orderPk(identity))).map(fromStored);
      const record = items.find(({ sk }) => sk === "order");
      if (!record) return undefined;
      const unexpired = new Map(items.filter((item) => !isExpired(item, now())).map((item) => [item.sk, item]));
      const body = unexpired.get("body");
      return {
        record: z.parse(OrderRecord, record),
        body: body && body["erased"] !== true ? z.parse(BodyItem, body) : undefined,
        deliveries: items
          .filter(({ sk }) => sk.startsWith("delivery#"))
          .map((item) => unpackDelivery(item, unexpired.get(item.sk.replace("delivery#", "error#")))),
      };
    },

    putOrder: (record) => put(orderKey(record), record),

    async putBody(identity, order, { freshness, digest, expiresAt }) {
      const packed = await packBody(identity, order, store);
      const written = await table.put(
        { ...bodyKey(identity), v: ITEM_VERSION, freshness, digest, expiresAt, ...packed },
        {
          expression: "attribute_not_exists(pk) OR (freshness <= :new AND attribute_not_exists(erased))",
          values: { ":new": freshness },
        },
      );
      // The object was written before the table refused it: an erasure meanwhile has not seen it.
      if (written === "written" || packed.s3Key === undefined) return;
      if ((await table.get(bodyKey(identity)))?.["erased"] === true) await store.remove([packed.s3Key]);
    },

    readBody: (body) => unpackBody(body, store),

    async eraseBody(identity, { expiresAt, endpoint, eventIds }) {
      await table.put(
        { ...bodyKey(identity), v: ITEM_VERSION, freshness: "", digest: "", erased: true, expiresAt },
        { expression: "attribute_not_exists(erased)" },
      );
      const events = eventIds.map((eventId) => eventKey({ channel: identity.channel, endpoint, eventId }));
      await store.remove([...(await store.keys(bodiesPrefix(identity))), ...events]);
    },

    async eraseErrorText({ rev, expiresAt, ...delivery }) {
      await table.put(
        { ...errorTextKey(delivery), v: ITEM_VERSION, text: "", rev, erased: true, expiresAt },
        { expression: "attribute_not_exists(erased)" },
      );
    },

    async putDelivery(delivery) {
      const { rev, errorText } = delivery;
      // The text first, so that a delivery that refers to a text always has it.
      if (errorText?.rev === rev && (await putErrorText(delivery, errorText)) === "conflict") return "conflict";
      return put(deliveryKey(delivery), packDelivery(delivery));
    },

    async *walk(from, to, shards) {
      const [first = "", last = ""] = [from, to].sort((a, b) => a - b).map((time) => new Date(time).toISOString());
      const order = from <= to ? "ascending" : "descending";
      for (const hour of hoursBetween(from, to)) {
        for await (const item of entries(hour, { from: first, to: last }, order, shards)) yield toWorkEntry(item);
      }
    },

    async *workList(list) {
      for await (const item of entries(list, ALWAYS, "ascending")) yield toWorkEntry(item);
    },

    unread,

    async markUnread(identity, expiresAt) {
      const { since = new Date(now()).toISOString() } = (await unread(identity)) ?? {};
      const entry = onList("unread", now());
      const workList = workShardOf(entry.workList, identity, workListShards);
      const item: UnreadOrder = { v: ITEM_VERSION, since, ...entry, workList, expiresAt };
      await table.put({ ...item, ...unreadKey(identity) }, notNewer(now()));
    },

    async unmarkUnread(identity) {
      const item: UnreadOrder = { v: ITEM_VERSION, since: new Date(now()).toISOString(), expiresAt: secondsOf(now()) };
      // Without an entry in the index, and expired. find-due may not delete items.
      await table.put({ ...item, ...unreadKey(identity) }, notNewer(now()));
    },

    erasures: createErasureStore(table, store, now),

    async dueCursor() {
      const item = await readStored(table, FIND_DUE_CURSOR, "find-due's cursor", now());
      return item && z.parse(FindDueCursor, item).at;
    },

    async moveDueCursor(at) {
      const { expression, values } = notNewer(now());
      await table.put(
        { ...FIND_DUE_CURSOR, v: ITEM_VERSION, at },
        {
          expression: `attribute_not_exists(pk) OR (#at < :at AND ${expression})`,
          names: { "#at": "at" },
          values: { ":at": at, ...values },
        },
      );
    },
  };
}

/** An item of an order without the shard in its index key. */
function fromStored(item: Item): Item {
  const { workList, ...rest } = refuseNewer("This order", item);
  return typeof workList === "string" ? { ...rest, workList: listOf(workList) } : item;
}

const secondsOf = (ms: number): number => Math.floor(ms / 1000);

const isEarlier = (a: Item, b: Item): boolean => String(a["workAt"]) < String(b["workAt"]);

/** The hours from one time to another, in this order. */
function* hoursBetween(from: number, to: number): Generator<string> {
  const step = from <= to ? 1 : -1;
  const last = Math.floor(to / HOUR);
  for (let hour = Math.floor(from / HOUR); hour * step <= last * step; hour += step) {
    yield hourOf(new Date(hour * HOUR).toISOString());
  }
}
