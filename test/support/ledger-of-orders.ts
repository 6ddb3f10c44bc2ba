import type { Delivery } from "../../shared/ledger/delivery.ts";
import { createLedger, type Ledger } from "../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { onHour } from "../../shared/ledger/work-list.ts";
import { Config } from "../../shared/stage/config.ts";
import { NO_OBJECTS } from "./event-store.ts";
import { MemoryTable } from "./memory-table.ts";

const EXPIRES = Math.floor(Date.parse("2028-01-01T00:00:00Z") / 1000);

export const SHOPS = Config.parse({
  stage: "test",
  connections: [
    { channel: "shopify", name: "main", key: "pm" },
    { channel: "shopify", name: "outlet", key: "po" },
  ],
  destinations: [
    { provider: "s2", name: "us" },
    { provider: "kakaclo", name: "eu", references: "plain" },
  ],
  routes: [{ from: ["shopify/main"], to: ["s2/us", "kakaclo/eu"] }],
});

/** A record as route-order leaves it when all was sent. @param seen epoch ms */
export function recordOf(orderId: string, seen: number, changes: Partial<OrderRecord> = {}): OrderRecord {
  const firstSeenAt = new Date(seen).toISOString();
  const at = new Date(seen + 300).toISOString();
  return {
    ...{ channel: "shopify", connection: "main", orderId, v: 1, rev: 1, state: "recorded", generation: 1 },
    ...{ freshness: firstSeenAt, firstSeenAt, receivedAt: firstSeenAt, eventId: `event-${orderId}`, eventCount: 1 },
    events: [{ at, topic: "orders/paid", outcome: "recorded", eventId: `event-${orderId}` }],
    ...{ decided: ["s2/us"], toSend: [], toSuppress: [], sentAt: new Date(seen + 500).toISOString() },
    ...onHour(seen + SHOPS.timing.dueAfter),
    expiresAt: EXPIRES,
    ...changes,
  };
}

/** A delivery that was created by its first attempt. @param sent epoch ms */
export const deliveryOf = (record: OrderRecord, sent: number, changes: Partial<Delivery> = {}): Delivery => ({
  ...{ channel: record.channel, connection: record.connection, orderId: record.orderId, v: 1, rev: 1 },
  ...{ destination: "s2/us", generation: record.generation, state: "created", reference: `pm-${record.orderId}` },
  ...{ attempts: 1, firstSentAt: sent, lastSentAt: sent, createdAt: sent + 1_200, tries: {}, failed: {} },
  ...{ providerOrderIds: [`S2-${record.orderId}`], expiresAt: EXPIRES },
  ...changes,
});

export interface LedgerOfOrders {
  ledger: Ledger;
  table: MemoryTable;
  put(record: OrderRecord, ...deliveries: Delivery[]): Promise<void>;
}

/** The real ledger upon a table in memory. @param now epoch ms @param begun when its first order came, epoch ms */
export async function ledgerOfOrders(now: number, begun: number): Promise<LedgerOfOrders> {
  const table = new MemoryTable();
  const ledger = createLedger(table, NO_OBJECTS, { now: () => now });
  const from = new Date(begun).toISOString();
  await ledger.erasures.putWalk({ v: 1, rev: 1, startedAt: from, part: "over", from, open: 0 });
  return {
    ledger,
    table,
    async put(record, ...deliveries) {
      await ledger.putOrder(record);
      for (const delivery of deliveries) await ledger.putDelivery(delivery);
    },
  };
}
