import * as z from "zod/mini";
import { type Identity, identityText } from "../../shared/identity.ts";
import { Delivery } from "../../shared/ledger/delivery.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { BodyItem } from "../../shared/ledger/order-body.ts";
import { OrderRecord } from "../../shared/ledger/order-record.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { hourOf } from "../../shared/ledger/work-list.ts";
import { Order } from "../../shared/order.ts";

interface Partition {
  record?: OrderRecord;
  body?: BodyItem & { order: Order };
  deliveries: Map<string, Delivery>;
  unread?: boolean;
}

/** The ledger in memory, for tests of thousands of schedules: the same conditions, no serialisation but the schemas'. */
export class MemoryLedger implements Ledger {
  readonly partitions = new Map<string, Partition>();
  private cursor: number | undefined;

  private at(identity: Identity): Partition {
    const key = identityText(identity);
    const known = this.partitions.get(key) ?? { deliveries: new Map() };
    this.partitions.set(key, known);
    return known;
  }

  async order(identity: Identity) {
    return structuredClone(this.at(identity).record);
  }

  async load(identity: Identity) {
    const { record, body, deliveries } = structuredClone(this.at(identity));
    return record && { record, body, deliveries: [...deliveries.values()] };
  }

  async putOrder(record: OrderRecord) {
    const partition = this.at(record);
    if (record.rev !== (partition.record?.rev ?? 0) + 1) return "conflict";
    partition.record = z.parse(OrderRecord, structuredClone(record));
    return "written";
  }

  async putDelivery(delivery: Delivery) {
    const { deliveries } = this.at(delivery);
    const key = `${delivery.destination}#${delivery.generation}`;
    if (delivery.rev !== (deliveries.get(key)?.rev ?? 0) + 1) return "conflict";
    deliveries.set(key, z.parse(Delivery, structuredClone(delivery)));
    return "written";
  }

  async putBody(identity: Identity, order: Order, item: Pick<BodyItem, "freshness" | "digest" | "expiresAt">) {
    const partition = this.at(identity);
    if (partition.body && partition.body.freshness > item.freshness) return;
    partition.body = { v: 1, ...item, order: structuredClone(order) };
  }

  async readBody(body: BodyItem): Promise<Order> {
    return z.parse(Order, structuredClone((body as BodyItem & { order?: Order }).order));
  }

  async *walk(from: number, to: number): AsyncGenerator<WorkEntry> {
    const [first, last] = [new Date(from).toISOString(), new Date(to).toISOString()];
    const isDue = ({ workAt, workList }: Entry) => workList === hourOf(workAt) && workAt >= first && workAt <= last;
    yield* this.entries().filter(isDue).map(toWorkEntry);
  }

  async *workList(list: string): AsyncGenerator<WorkEntry> {
    if (list === "unread") {
      const records = [...this.partitions.values()].flatMap(({ record, unread }) => (unread && record ? record : []));
      const places = records.map(({ channel, connection, orderId }) => ({ channel, connection, orderId }));
      yield* places.map((identity) => toWorkEntry({ identity, destination: undefined, workAt: "", workList: list }));
      return;
    }
    yield* this.entries()
      .filter(({ workList }) => workList === list)
      .map(toWorkEntry);
  }

  private entries(): Entry[] {
    const items = [...this.partitions.values()].flatMap(({ record, deliveries }) => [
      ...(record ? [{ ...record, destination: undefined }] : []),
      ...deliveries.values(),
    ]);
    return items
      .flatMap(({ channel, connection, orderId, destination, workAt, workList }) =>
        workAt === undefined || workList === undefined
          ? []
          : [{ identity: { channel, connection, orderId }, destination, workAt, workList }],
      )
      .sort((a, b) => (a.workAt < b.workAt ? -1 : 1));
  }

  async markUnread(identity: Identity) {
    this.at(identity).unread = true;
  }

  async unmarkUnread(identity: Identity) {
    this.at(identity).unread = false;
  }

  async unread() {
    return undefined;
  }

  /** Erasure has tests of its own, on a table. */
  private async notHere(): Promise<never> {
    throw new Error("this ledger erases nothing");
  }
  readonly eraseBody = this.notHere;
  readonly eraseErrorText = this.notHere;
  readonly erasures: Ledger["erasures"] = {
    ...{ put: this.notHere, get: this.notHere, open: this.notHere },
    ...{ restore: this.notHere, walk: this.notHere, putWalk: this.notHere },
  };

  async dueCursor() {
    return this.cursor;
  }

  async moveDueCursor(to: number) {
    this.cursor = Math.max(this.cursor ?? to, to);
  }
}

type Entry = Pick<WorkEntry, "identity" | "destination" | "workAt"> & { workList: string };

const toWorkEntry = ({ identity, destination, workAt }: Entry): WorkEntry => ({
  ...{ identity, destination, workAt },
  ...{ number: undefined, buyer: undefined, firstSeenAt: undefined },
});

/** A ledger in memory as `createLedger` makes one: an object whose methods a test may replace. */
export function createMemoryLedger(): Ledger {
  const memory = new MemoryLedger();
  return {
    order: (identity) => memory.order(identity),
    load: (identity) => memory.load(identity),
    putOrder: (record) => memory.putOrder(record),
    putBody: (...args) => memory.putBody(...args),
    readBody: (body) => memory.readBody(body),
    putDelivery: (delivery) => memory.putDelivery(delivery),
    walk: (from, to) => memory.walk(from, to),
    workList: (list) => memory.workList(list),
    markUnread: (identity) => memory.markUnread(identity),
    unmarkUnread: (identity) => memory.unmarkUnread(identity),
    unread: () => memory.unread(),
    eraseBody: memory.eraseBody,
    eraseErrorText: memory.eraseErrorText,
    erasures: memory.erasures,
    dueCursor: () => memory.dueCursor(),
    moveDueCursor: (to) => memory.moveDueCursor(to),
  };
}
