import { MalformedEvent } from "../../shared/errors.ts";
import type { FetchEvent } from "../../shared/messages/event.ts";
import type { InterpretedEvent } from "../../shared/messages/interpret-event.ts";
import type { Config } from "../../shared/stage/config.ts";
import type { Meaning } from "../channels/channel.ts";

/**
 * Reads an order ID that a poll found, or whose next look is due.
 * @throws MalformedEvent if the stage lost its connection
 */
export function readFetchEvent(
  { channel, connection: name, orderId, topic }: FetchEvent,
  { connections }: Pick<Config, "connections">,
): InterpretedEvent<Meaning> {
  const connection = connections.find((one) => one.channel === channel && one.name === name);
  if (!connection) throw new MalformedEvent({ field: "connection", problem: "is not in the stage file" });
  return { topic, about: { connection, meaning: { kind: "fetch", orderId } } };
}
