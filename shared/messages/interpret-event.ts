import type * as z from "zod/mini";
import { MalformedEvent } from "../errors.ts";
import { type Config, type Connection, pathOf } from "../stage/config.ts";
import { connectionAt, endpointsOf } from "../stage/endpoints.ts";
import { settingsOf } from "../stage/settings-of.ts";
import { errorName } from "../telemetry/log.ts";
import type { ReceivedEvent } from "./event.ts";

/** The part of a channel that interprets its events; functions/channels/channel.ts has the whole contract. */
export interface InterpretingChannel<Meaning> {
  settings: z.ZodMiniType;
  reader(): Promise<{ interpret(event: ReceivedEvent): Interpretation<Meaning> }>;
}

interface Interpretation<Meaning> {
  topic: string;
  eventTime?: string | undefined;
  shop?: string | undefined;
  everyShop?: boolean | undefined;
  order?: { id: string; changedAt?: string | undefined } | undefined;
  meaning(connection: { connection: string; shop: string | undefined; settings: unknown }): Meaning;
}

/** An event as its channel means it. */
export interface InterpretedEvent<Meaning> {
  /** The channel's own word for what happened; of bounded length. */
  topic: string;
  /** When the sender says that it happened, UTC ISO 8601. */
  eventTime?: string | undefined;
  /**
   * Its connection and what it means; undefined if the endpoint has no connection with its shop. `everyShop`: it is about
   * all connections of the endpoint, of which this is the first.
   */
  about: { connection: Connection; meaning: Meaning; everyShop?: boolean } | undefined;
  /** In place of `about`: the event's order has an ID that can be read, and the rest cannot. */
  unreadable?: UnreadableOrder;
}

/** An order that an event carries and that cannot be mapped. */
export interface UnreadableOrder {
  connection: Connection;
  orderId: string;
  /** UTC ISO 8601. */
  changedAt: string | undefined;
  error: MalformedEvent;
}

/** Longest topic in the trace, characters: 50 of these senders' own texts must fit an item. */
const LONGEST_TOPIC = 200;

/**
 * Reads an event with its channel's reader, and finds its connection by endpoint and shop.
 * @throws MalformedEvent that names the wrong field, never its value; also for any other error of a mapping
 */
export async function interpretEvent<Meaning>(
  event: ReceivedEvent,
  channel: InterpretingChannel<Meaning>,
  config: Pick<Config, "connections" | "endpoints">,
): Promise<InterpretedEvent<Meaning>> {
  const reader = await channel.reader();
  const { shop, everyShop = false, order, meaning, ...said } = mapped(() => readWhole(reader.interpret(event)));
  const known = { eventTime: said.eventTime, topic: said.topic.slice(0, LONGEST_TOPIC).toWellFormed() };
  const isQueued = event.source === "queue";
  const connection = isQueued ? ownerOf(event, shop, config) : receiverOf(event, { shop, everyShop }, config);
  if (!connection) return { ...known, about: undefined };
  const settings = settingsOf(connection, channel);
  try {
    const about = mapped(() => meaning({ ...factsOf(connection), settings }));
    return { ...known, about: { connection, everyShop, meaning: about } };
  } catch (error) {
    if (!order || !(error instanceof MalformedEvent)) throw error;
    const { id: orderId, changedAt } = order;
    return { ...known, about: undefined, unreadable: { connection, orderId, changedAt, error } };
  }
}

/** The method may rely on `this`. */
const readWhole = <Meaning>(interpretation: Interpretation<Meaning>) => ({
  topic: interpretation.topic,
  eventTime: interpretation.eventTime,
  shop: interpretation.shop,
  everyShop: interpretation.everyShop,
  order: interpretation.order,
  meaning: (facts: Parameters<typeof interpretation.meaning>[0]) => interpretation.meaning(facts),
});

const factsOf = (connection: Connection) => ({ connection: pathOf(connection), shop: connection.shop });

/** @returns undefined if the event names a shop of none of the endpoint's connections; of all, the first */
function receiverOf(
  event: ReceivedEvent,
  { shop, everyShop }: { shop: string | undefined; everyShop: boolean },
  config: Pick<Config, "connections" | "endpoints">,
) {
  const endpoint = endpointsOf(config).find(
    ({ channel, name }) => channel === event.channel && name === event.endpoint,
  );
  // A connection that was removed while its events were queued: they wait in the DLQ until it is back.
  if (!endpoint || endpoint.connections.length === 0) throw notInStage("endpoint");
  return everyShop ? endpoint.connections[0] : connectionAt(endpoint, shop);
}

/** A queue belongs to one seller. Another seller's event on it is a configuration mistake, and must not be lost. */
function ownerOf(event: ReceivedEvent, shop: string | undefined, { connections }: Pick<Config, "connections">) {
  const owner = connections.find(({ channel, name }) => channel === event.channel && name === event.connection);
  if (!owner) throw notInStage("connection");
  const isAnothers = shop !== undefined && connectionAt({ connections: [owner] }, shop) === undefined;
  if (isAnothers) throw new MalformedEvent({ field: "shop", problem: "is not that of the queue's own connection" });
  return owner;
}

const notInStage = (field: string) => new MalformedEvent({ field, problem: "is not in the stage file" });

/** Any error of a mapping keeps the event in the DLQ. Its message may quote the buyer, so only its name is used. */
function mapped<T>(map: () => T): T {
  try {
    return map();
  } catch (error) {
    if (error instanceof MalformedEvent) throw error;
    throw new MalformedEvent(
      { field: "event", problem: `makes the mapping throw ${errorName(error)}` },
      { cause: error },
    );
  }
}
