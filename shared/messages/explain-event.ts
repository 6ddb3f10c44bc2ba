import { MalformedEvent } from "../errors.ts";
import { type Config, pathOf } from "../stage/config.ts";
import { unpack } from "./event.ts";
import { type InterpretingChannel, interpretEvent } from "./interpret-event.ts";

/** Why a message of the intake queue cannot be parsed; none of its values. */
export interface Unreadable {
  /** Path of the field in the sender's own names: `line_items.0.price`. */
  field: string;
  /** As a sentence: "line_items.0.price is missing or wrong". */
  reason: string;
  /** Its order, which is recorded as held: `shopify/main/820982911946154508`. */
  order?: string;
}

interface Context {
  config: Pick<Config, "connections" | "endpoints">;
  /** @returns undefined for a channel that is not in the registry */
  channelOf(name: string): Promise<InterpretingChannel<unknown> | undefined>;
  /** Reads an envelope from S3. */
  fetchOversized(s3Key: string): Promise<string>;
}

/**
 * Parses a dead letter of the intake again, to say which field is wrong. Records nothing and calls no API.
 * @returns undefined if the event can be parsed now: its order could not be fetched, or the mapping was fixed
 * @throws NewerRelease; what `fetchOversized` throws
 */
export async function explainEvent(message: string, context: Context): Promise<Unreadable | undefined> {
  try {
    const event = await unpack(message, context.fetchOversized);
    if (event.source === "poll") return undefined;
    const channel = await context.channelOf(event.channel);
    if (!channel) return { field: "channel", reason: "channel is not one of this release" };
    const { unreadable } = await interpretEvent(event, channel, context.config);
    if (!unreadable) return undefined;
    const { connection, orderId, error } = unreadable;
    return { field: error.field, reason: error.reason, order: `${pathOf(connection)}/${orderId}` };
  } catch (error) {
    if (error instanceof MalformedEvent) return { field: error.field, reason: error.reason };
    throw error;
  }
}
