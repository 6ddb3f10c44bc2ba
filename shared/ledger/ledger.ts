import * as z from "zod/mini";
import { type Identity, identityText } from "../identity.ts";
import type { EventStore } from "../messages/event-store.ts";
import type { Order } from "../order.ts";
import { ITEM_VERSION, isNewer, NewerRelease, notNewer } from "../release.ts";
import { WORK_INDEX } from "../stage/names.ts";
import type { Delivery } from "./delivery.ts";
import { packDelivery, unpackDelivery } from "./delivery-item.ts";
import { BodyItem, packBody, unpackBody } from "./order-body.ts";
import { OrderRecord } from "./order-record.ts";
import { type Item, NOT_EXISTS, type Table } from "./table.ts";
import type { WorkList } from "./work-list.ts";

/** An order, its body and its deliveries, read in one consistent query. */
export interface OrderSnapshot {
  record: OrderRecord;
  /** Undefined once it expired or was erased. */
  body: BodyItem | undefined;
  /** Of every generation. */
  deliveries: Delivery[];
}

/** What the due-time pass finds in the index. */
export interface DueEntry {
  identity: Identity;
  workAt: string;
}

/** A delivery, or a held order (`destination` undefined), that stands in the index for what is not done. */
export interface Waiting {
  identity: Identity;
  destination: string | undefined;
  since: string;
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
  /** Orders whose due time lies in `[from, to]`, epoch ms, soonest first. */
  due(from: number, to: number): Promise<DueEntry[]>;
  /** What stands in the index so, longest waiting first. After an outage there may be more than fits into memory. */
  standing(as: WorkList): AsyncIterable<Waiting>;
  /** Up to where the due-time pass has looked, epoch ms. @throws NewerRelease */
  dueCursor(): Promise<number | undefined>;
  moveDueCursor(to: number): Promise<void>;
}

export const orderPk = (identity: Identity): string => `order#${identityText(identity)}`;
export const deliverySk = (destination: string, generation: number): string => `delivery#${destination}#${generation}`;
const CURSOR = { pk: "find-due", sk: "cursor" };
const HOUR = 3_600_000;

/** The index's attributes for a due time in epoch ms. */
export function onHour(at: number): { workAt: string; workList: string } {
  const workAt = new Date(at).toISOString();
  return { workAt, workList: workAt.slice(0, 13) };
}

export function createLedger(table: Table, store: EventStore, now: () => number = Date.now): Ledger {
  /** Expired items stay readable for days (TTL deletes when it gets to it), so nobody may see them. */
  const alive = (items: Item[]) => items.filter((item) => Number(item["expiresAt"]) * 1000 > now());

  const put = (pk: string, sk: string, item: { rev: number }) =>
    table.put(
      { ...item, pk, sk },
      item.rev === 1 ? NOT_EXISTS : { expression: "rev = :before", values: { ":before": item.rev - 1 } },
    );

  return {
    async order(identity) {
      const item = await table.get({ pk: orderPk(identity), sk: "order" });
      return item && z.parse(OrderRecord, known("This order", item));
    },

    async load(identity) {
      const items = (await table.partition(orderPk(identity))).map((item) => known("This order", item));
      const record = items.find(({ sk }) => sk === "order");
      if (!record) return undefined;
      const body = alive(items).find(({ sk }) => sk === "body");
      return {
        record: z.parse(OrderRecord, record),
        body: body && z.parse(BodyItem, body),
        deliveries: items.filter(({ sk }) => sk.startsWith("delivery#")).map(unpackDelivery),
      };
    },

    putOrder: (record) => put(orderPk(record), "order", record),

    async putBody(identity, order, { freshness, digest, expiresAt }) {
      const packed = await packBody(identity, order, store);
      await table.put(
        { pk: orderPk(identity), sk: "body", v: 1, freshness, digest, expiresAt, ...packed },
        { expression: "attribute_not_exists(pk) OR freshness <= :new", values: { ":new": freshness } },
      );
    },

    readBody: (body) => unpackBody(body, store),

    putDelivery: (delivery) =>
      put(orderPk(delivery), deliverySk(delivery.destination, delivery.generation), packDelivery(delivery)),

    async due(from, to) {
      const hours: string[] = [];
      for (let hour = Math.floor(from / HOUR); hour <= Math.floor(to / HOUR); hour++) {
        hours.push(onHour(hour * HOUR).workList);
      }
      const range = ["workAt", new Date(from).toISOString(), new Date(to).toISOString()] as const;
      const found: DueEntry[] = [];
      for (const hour of hours) {
        for await (const { pk, workAt } of table.range(WORK_INDEX, ["workList", hour], [...range])) {
          found.push({ identity: identityOf(pk), workAt: String(workAt) });
        }
      }
      return found;
    },

    async *standing(as) {
      for await (const { pk, sk, workAt } of table.range(WORK_INDEX, ["workList", as], ["workAt", "0", "9"])) {
        const destination = /^delivery#([^#]+)#/.exec(sk)?.[1];
        yield { identity: identityOf(pk), destination, since: String(workAt) };
      }
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

/** Told by name, for the log and the operator: a schema's own error says neither. */
function known(what: string, item: Item): Item {
  if (isNewer(item)) throw new NewerRelease(what);
  return item;
}

/** The index holds keys only. Channel and connection are names without `/` and `#`; an order ID may be anything. */
function identityOf(pk: string): Identity {
  const [, channel = "", connection = "", orderId = ""] = /^order#([^/]+)\/([^#]+)#([\s\S]*)$/.exec(pk) ?? [];
  return { channel, connection, orderId };
}
