import type { Identity } from "../identity.ts";
import { type Delivery, reasonOf } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";
import type { OrderRecord } from "./order-record.ts";

/** One order's story, for the operator. No personal data, except what a provider's error text quotes in `reason`. */
export interface Trace extends Identity {
  generation: number;
  state: OrderRecord["state"];
  reason: string | null;
  /** Newest last; `eventCount` says how many there were. */
  events: { at: string; topic: string; outcome: string }[];
  eventCount: number;
  /** What the merchant was to hear of, newest last. */
  tickets: { at: string; kind: string; text: string }[];
  deliveries: {
    destination: string;
    generation: number;
    reference: string | null;
    state: Delivery["state"];
    reason: string | null;
    attempts: number;
    providerOrderIds: string[];
    notes: string[];
    /** A step still open after creation. */
    followUp: string | null;
    nextAttemptAt: string | null;
  }[];
}

/** Undefined for an order that the ledger does not have. */
export async function readTrace(ledger: Pick<Ledger, "load">, identity: Identity): Promise<Trace | undefined> {
  const file = await ledger.load(identity);
  if (!file) return undefined;
  const { record, deliveries } = file;
  const started = new Set(
    deliveries.filter((one) => one.generation === record.generation).map((one) => one.destination),
  );
  const queued = record.decided.filter((destination) => !started.has(destination));
  return {
    channel: record.channel,
    connection: record.connection,
    orderId: record.orderId,
    generation: record.generation,
    state: record.state,
    reason: record.reason ?? null,
    events: record.events.map(({ at, topic, outcome }) => ({ at, topic, outcome })),
    eventCount: record.eventCount,
    tickets: (record.tickets ?? []).map(({ at, kind, text }) => ({ at, kind, text })),
    deliveries: [
      ...deliveries.map((delivery) => ({
        destination: delivery.destination,
        generation: delivery.generation,
        reference: delivery.reference ?? null,
        state: delivery.state,
        reason: reasonOf(delivery) ?? null,
        attempts: delivery.attempts,
        providerOrderIds: delivery.providerOrderIds,
        notes: delivery.notes ?? [],
        followUp: delivery.followUp ?? null,
        nextAttemptAt: delivery.nextAttemptAt === undefined ? null : new Date(delivery.nextAttemptAt).toISOString(),
      })),
      // The first claim makes its item; until then it waits on its queue.
      ...queued.map((destination) => ({
        destination,
        generation: record.generation,
        reference: null,
        state: "queued" as const,
        reason: null,
        attempts: 0,
        providerOrderIds: [],
        notes: [],
        followUp: null,
        nextAttemptAt: null,
      })),
    ],
  };
}
