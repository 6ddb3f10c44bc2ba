import { MalformedEvent } from "../../shared/errors.ts";
import type { Identity } from "../../shared/identity.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import { type ReceivedEvent, unpack } from "../../shared/messages/event.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import type { Queues } from "../../shared/messages/queues.ts";
import type { Config, Connection } from "../../shared/stage/config.ts";
import { connectionAt, endpointsOf } from "../../shared/stage/endpoints.ts";
import { type Channel, connectionFacts, type Meaning, type Reading } from "../channels/channel.ts";
import { type EventContext, nextRecord, nextRecordOfChange, type Step } from "./next-record.ts";

export interface Deps {
  config: Config;
  channels: ReadonlyMap<string, Channel>;
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  eventStore: EventStore;
  /** Epoch ms. */
  now: () => number;
  /** Told of each destination for which a cancellation came too late. */
  onLateCancellation?: (destination: string, order: Identity) => void;
}

/** What became of an event. `unreadable` stays on the queue, raw and whole, until SQS moves it to the intake DLQ. */
export interface Routed {
  outcome: Step["outcome"] | "ignored" | "unreadable";
  event?: ReceivedEvent;
  topic?: string;
  orderId?: string;
  /** Of an unreadable event, the field that is missing or wrong. */
  field?: string;
  state?: OrderRecord["state"];
}

/** Of an order's ID, as `Order` has it: DynamoDB takes 2,048 bytes of a key. */
const LONGEST_ID = 255;
/** Of a sender's own word for what happened, kept in the trace: 50 of them must fit an item. */
const LONGEST_TOPIC = 200;

/**
 * Room 2: an event becomes an order with deliveries. Reads it as its channel means it, writes the order to the ledger under
 * its identity, decides its deliveries and sends each to its destination's queue.
 * @param message of the intake queue
 * @throws what ledger, queues or S3 throw: the message comes again, and finishes what this one began
 */
export async function routeOrder(message: string, deps: Deps): Promise<Routed> {
  const event = await unpack(message, (key) => deps.eventStore.get(key)).catch((error: unknown) => {
    if (error instanceof MalformedEvent) return undefined;
    throw error;
  });
  if (!event || event.source === "poll") return { outcome: "unreadable" };
  const endpoint = endpointsOf(deps.config).find(
    ({ channel, name }) => channel === event.channel && name === event.endpoint,
  );
  const channel = deps.channels.get(event.channel);
  // Taken out of the stage while its events were queued: they wait in the DLQ for it to come back.
  if (!endpoint || !channel) return { outcome: "unreadable", event };

  let reading: Reading<Meaning["kind"]>;
  let connection: Connection | undefined;
  const reader = await channel.reader();
  try {
    const read = reader.interpret(event);
    const topic = read.topic.slice(0, LONGEST_TOPIC).toWellFormed();
    connection = connectionAt(endpoint, read.shop);
    if (!connection) return { outcome: "ignored", event, topic };
    const meaning = read.meaning(connectionFacts(channel, connection));
    reading = { topic, ...(read.eventTime !== undefined && { eventTime: read.eventTime }), ...meaning };
  } catch (error) {
    // Whatever a mapping throws, the event is kept as it is. What it says may quote the buyer: only the field is logged.
    return { outcome: "unreadable", event, ...(error instanceof MalformedEvent && { field: error.field }) };
  }
  const { topic } = reading;
  if (reading.kind !== "order" && reading.kind !== "change") return { outcome: "ignored", event, topic };

  const orderId = reading.kind === "order" ? reading.order.id : reading.orderId;
  // Half a character is none: on its way to the table two such IDs may become one.
  if (orderId === "" || orderId.length > LONGEST_ID || !orderId.isWellFormed()) {
    return { outcome: "unreadable", event, topic };
  }
  const identity = { channel: channel.name, connection: connection.name, orderId };
  const context = { event, connection, config: deps.config, now: deps.now() };
  const step = await record(identity, reading, context, deps);
  if (!step) return { outcome: "ignored", event, topic, orderId };
  await dispatch(step.record, deps);
  return { outcome: step.outcome, event, topic, orderId, state: step.record.state };
}

/** @returns undefined for a change to an order nobody knows: it never creates one */
async function record(
  identity: Identity,
  reading: Reading<"order" | "change">,
  context: EventContext,
  { ledger }: Deps,
): Promise<Step | undefined> {
  for (;;) {
    const current = await ledger.order(identity);
    if (reading.kind === "change" && !current) return undefined;
    const deliveries = current?.state === "cancelled" ? ((await ledger.load(identity))?.deliveries ?? []) : [];
    const step =
      reading.kind === "order"
        ? nextRecord(current, reading, context, deliveries)
        : current && nextRecordOfChange(current, reading, context);
    if (!step) return undefined;
    // The body first: a delivery that finds the state finds an order at least as new. It never overwrites a newer one.
    if (step.isNewest && reading.kind === "order") {
      const { freshness, digest = "" } = step.record;
      const expiresAt = Math.floor((Date.parse(step.record.firstSeenAt) + context.config.retention.bodies) / 1000);
      await ledger.putBody(identity, reading.order, { freshness, digest, expiresAt });
    }
    if ((await ledger.putOrder(step.record)) === "written") return step;
  }
}
