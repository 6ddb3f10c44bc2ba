import type * as z from "zod/mini";
import type { ReceivedEvent } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import type { Connection } from "../../shared/stage/config.ts";

/** What a signature is checked over. */
export type Webhook = Pick<ReceivedEvent, "method" | "headers" | "query" | "body">;

/**
 * A kind of place where buyers order. `index.ts` holds what receive-webhook needs (the signature) and nothing heavier;
 * the mapping stands in a module of its own, loaded by route-order alone.
 */
export interface Channel<Secret = unknown> {
  readonly name: string;
  /** What `endpoints["<channel>/<endpoint>"]` of the secrets holds. */
  readonly secret: z.ZodMiniType<Secret>;
  /** A description of the secret's fields for the person who fills it in. */
  readonly secretFields: Record<string, string>;
  /** `settings` of its connections in the stage file; docs/channels/<name>.md. Default: none. */
  readonly settings?: z.ZodMiniType;
  /** Handshakes that come by GET. Default: POST only. */
  readonly methods?: readonly ("GET" | "POST")[];
  /** Over the raw bytes, in constant time. `now` in epoch ms, for schemes that sign a time. */
  isAuthentic(webhook: Webhook, secret: Secret, now: number): boolean;
  reader(): Promise<EventReader>;
}

export interface EventReader {
  /** @throws MalformedEvent, or any error: the event then goes to the intake DLQ, raw and whole. */
  read(event: ReceivedEvent, connection: Connection): Reading;
}

/** What an event means. `topic` is the channel's own word, for the trace. `eventTime`: the sender's, UTC ISO 8601. */
export type Reading = { topic: string; eventTime?: string } & (
  | { kind: "order"; order: Order }
  /** Does not carry the whole order: changes states, never creates or replaces an order. */
  | { kind: "change"; orderId: string; change: "touched" | "cancelled" }
  /** Authentic, and nothing of ours. */
  | { kind: "ignored"; reason: string }
);

/** Keeps a channel's types together where it is declared, and lets the registry hold channels of every kind of secret. */
export const defineChannel = <Secret>(channel: Channel<Secret>): Channel<Secret> => channel;
