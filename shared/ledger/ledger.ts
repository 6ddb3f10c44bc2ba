import * as z from "zod/mini";
import { type Identity, identityText } from "../identity.ts";
import type { EventStore } from "../messages/event-store.ts";
import type { Order } from "../order.ts";
import { ITEM_VERSION, isNewer, NewerRelease } from "../release.ts";
import { WORK_INDEX, WORK_LIST_SHARDS } from "../stage/names.ts";
import type { Delivery } from "./delivery.ts";
import { packDelivery, unpackDelivery } from "./delivery-item.ts";
import type { ErrorText } from "./error-text.ts";
import { mergeSorted } from "./merge-sorted.ts";
import { BodyItem, packBody, unpackBody } from "./order-body.ts";
import { OrderRecord } from "./order-record.ts";
import { type Item, NOT_EXISTS, notNewer, type Range, type Table } from "./table.ts";
import { toWorkEntry, type WorkEntry } from "./work-entry.ts";
import { hourOf, type WorkList } from "./work-list.ts";
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
 * The DynamoDB table that knows every order and delivery. One partition an order; conditional writes only: each item
 * counts its writes in `rev`, and a write names the one it builds on. "conflict" means somebody else was first: read again.
 */
export interface Ledger {
  order(identity: Identity): Promise<OrderRecord | undefined>;
  load(identity: Identity): Promise<OrderSnapshot | undefined>;
  /** Writes a record of `rev` n upon n - 1; `rev` 1 only where there is none. */
  putOrder(record: OrderRecord): Promise<"written" | "conflict">;
  /** Writes the order's body unless a newer one is there. */
  putBody(identity: Identity, order: Order, item: Pick<BodyItem, "freshness" | "digest" | "expiresAt">): Promise<void>;
  readBody(body: BodyItem): Promise<Order>;
  /** As `putOrder`. */
  putDelivery(delivery: Delivery): Promise<"written" | "conflict">;
  /**
   * The orders whose entry lies between two times, in the order of these; both ends are included. Where `to` is the earlier
   * one, it walks back. There may be more of them than fit into memory.
   * @param from epoch ms @param to epoch ms
   */
  walk(from: number, to: number): AsyncIterable<WorkEntry>;
  /** What is in a list, longest waiting first. After an outage there may be more than fits into memory. */
  workList(list: WorkList): AsyncIterable<WorkEntry>;
  /** Up to where the due-time pass has looked, epoch ms. @throws NewerRelease */
  dueCursor(): Promise<number | undefined>;
  moveDueCursor(to: number): Promise<void>;
}

export const orderPk = (identity: Identity): string => `order#${identityText(identity)}`;
export const deliverySk = (destination: string, generation: number): string => `delivery#${destination}#${generation}`;
const errorSk = (destination: string, generation: number): string => `error#${destination}#${generation}`;
const CURSOR = { pk: "find-due", sk: "cursor" };
const HOUR = 3_600_000;
/** All times of `workAt`, as text. */
const ALWAYS = { from: "0", to: "9" };
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
  /** Expired items stay readable for days (TTL deletes when it gets to it), so nobody may see them. */
  const alive = (items: Item[]) => items.filter((item) => Number(item["expiresAt"]) * 1000 > now());

  const put = (
    identity: Identity,
    sk: string,
    { workList, ...item }: { rev: number; workList?: string | undefined },
  ) => {
    const entry = workList === undefined ? {} : { workList: workShardOf(workList, identity, workListShards) };
    return table.put(
      { ...item, ...entry, pk: orderPk(identity), sk },
      item.rev === 1 ? NOT_EXISTS : { expression: "rev = :before", values: { ":before": item.rev - 1 } },
    );
  };

  const putErrorText = (delivery: Delivery, errorText: ErrorText) =>
    table.put(
      {
        ...{ pk: orderPk(delivery), sk: errorSk(delivery.destination, delivery.generation), v: ITEM_VERSION },
        ...errorText,
      },
      { expression: "attribute_not_exists(pk) OR rev <= :rev", values: { ":rev": errorText.rev } },
    );

  /** Of a list or an hour, from all its shards. */
  const entries = (list: string, sort: Omit<Range["sort"], "name">, order: "ascending" | "descending") => {
    const shards = Array.from({ length: WORK_LIST_SHARDS }, (_, shard) =>
      table.range({
        ...{ index: WORK_INDEX, order, pageSize: PAGE_SIZE },
        partition: { name: "workList", value: workShard(list, shard) },
        sort: { name: "workAt", ...sort },
      }),
    );
    const before = order === "ascending" ? isEarlier : (a: Item, b: Item) => isEarlier(b, a);
    return mergeSorted(shards, before);
  };

  return {
    async order(identity) {
      const item = await table.get({ pk: orderPk(identity), sk: "order" });
      return item && z.parse(OrderRecord, fromStored(item));
    },

    async load(identity) {
      const items = (await table.partition(orderPk(identity))).map(fromStored);
      const record = items.find(({ sk }) => sk === "order");
      if (!record) return undefined;
      const unexpired = new Map(alive(items).map((item) => [item.sk, item]));
      const body = unexpired.get("body");
      return {
        record: z.parse(OrderRecord, record),
        body: body && z.parse(BodyItem, body),
        deliveries: items
          .filter(({ sk }) => sk.startsWith("delivery#"))
          .map((item) => unpackDelivery(item, unexpired.get(item.sk.replace("delivery#", "error#")))),
      };
    },

    putOrder: (record) => put(record, "order", record),

    async putBody(identity, order, { freshness, digest, expiresAt }) {
      const packed = await packBody(identity, order, store);
      await table.put(
        { pk: orderPk(identity), sk: "body", v: 1, freshness, digest, expiresAt, ...packed },
        { expression: "attribute_not_exists(pk) OR freshness <= :new", values: { ":new": freshness } },
      );
    },

    readBody: (body) => unpackBody(body, store),

    async putDelivery(delivery) {
      const { destination, generation, rev, errorText } = delivery;
      // First the text: a delivery that names one is never without it.
      if (errorText?.rev === rev && (await putErrorText(delivery, errorText)) === "conflict") return "conflict";
      return put(delivery, deliverySk(destination, generation), packDelivery(delivery));
    },

    async *walk(from, to) {
      const [first = "", last = ""] = [from, to].sort((a, b) => a - b).map((time) => new Date(time).toISOString());
      const order = from <= to ? "ascending" : "descending";
      for (const hour of hoursBetween(from, to)) {
        for await (const item of entries(hour, { from: first, to: last }, order)) yield toWorkEntry(item);
      }
    },

    async *workList(list) {
      for await (const item of entries(list, ALWAYS, "ascending")) yield toWorkEntry(item);
    },

    async dueCursor() {
      const item = await table.get(CURSOR);
      return item && z.parse(z.object({ at: z.number() }), known("find-due's cursor", item)).at;
    },

    async moveDueCursor(at) {
      const { expression, values } = notNewer(now());
      await table.put(
        { ...CURSOR, v: ITEM_VERSION, at },
        {
          expression: `attribute_not_exists(pk) OR (#at < :at AND ${expression})`,
          names: { "#at": "at" },
          values: { ":at": at, ...values },
        },
      );
    },
  };
}

/** Refuses a newer item by name, for the log and the operator: a schema's own error names neither. */
function known(what: string, item: Item): Item {
  if (isNewer(item)) throw new NewerRelease(what);
  return item;
}

/** An item of an order as its schema has it: the shard of its entry is the table's concern. */
function fromStored(item: Item): Item {
  const { workList, ...rest } = known("This order", item);
  return typeof workList === "string" ? { ...rest, workList: listOf(workList) } : item;
}

const isEarlier = (a: Item, b: Item): boolean => String(a["workAt"]) < String(b["workAt"]);

/** The hours from one time to another, in this order. */
function* hoursBetween(from: number, to: number): Generator<string> {
  const step = from <= to ? 1 : -1;
  const last = Math.floor(to / HOUR);
  for (let hour = Math.floor(from / HOUR); hour * step <= last * step; hour += step) {
    yield hourOf(new Date(hour * HOUR).toISOString());
  }
}
