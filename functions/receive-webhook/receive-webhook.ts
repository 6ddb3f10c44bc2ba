import { randomUUID } from "node:crypto";
import { pack, pointerTo, type ReceivedEvent } from "../../shared/messages/event.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import { eventKey } from "../../shared/messages/event-store.ts";
import { MAX_MESSAGE_BYTES, type Queues } from "../../shared/messages/queues.ts";
import type { Secrets } from "../../shared/stage/secrets.ts";
import { errorName, log } from "../../shared/telemetry/log.ts";
import type { Channel, Webhook } from "../channels/channel.ts";

/** `unavailable`: the event, or the key to check it with, is out of reach; the sender must come again. */
export type Outcome = "queued" | "unknown" | "forged" | "unavailable";

/** A request at `/webhooks/{channel}/{endpoint}`. */
export interface Request extends Webhook {
  /** `shopify/main` */
  endpoint: string;
}

export interface Dependencies {
  /** Of every configured endpoint. */
  channels: ReadonlyMap<string, Channel>;
  secrets: Secrets;
  queues: Pick<Queues, "sendToIntake">;
  store: Pick<EventStore, "put">;
  now: () => number;
}

export interface Result {
  outcome: Outcome;
  /** Only of what is authentic. */
  eventId?: string | undefined;
  /** Why it is unavailable: the name of an error. */
  error?: string;
}

/**
 * Checks the signature over the raw bytes and puts the event on the intake queue: the promise behind the 2xx (design.md
 * P1). Whether anybody can read the event is not asked here. Never throws.
 * @param began told the event's ID once its sender is known: who gives up waiting can still say which it was
 */
export async function receiveWebhook(
  request: Request,
  deps: Dependencies,
  began: (eventId: string) => void = () => {},
): Promise<Result> {
  const channel = deps.channels.get(request.endpoint);
  const methods: readonly string[] = channel?.methods ?? ["POST"];
  if (!channel || !methods.includes(request.method)) return { outcome: "unknown" };
  let eventId: string | undefined;
  try {
    if (!(await isAuthentic(request, channel, deps))) return { outcome: "forged" };
    eventId = `evt_${randomUUID()}`;
    began(eventId);
    await makeDurable(eventOf(request, channel, eventId, deps.now()), request.endpoint, deps);
    return { outcome: "queued", eventId };
  } catch (error) {
    return { outcome: "unavailable", ...(eventId && { eventId }), error: errorName(error) };
  }
}

async function isAuthentic(
  { endpoint, ...webhook }: Request,
  channel: Channel,
  { secrets, now }: Dependencies,
): Promise<boolean> {
  const matches = (secret: unknown) => {
    try {
      return channel.isAuthentic(webhook, secret, now());
    } catch (error) {
      // Whatever a sender made of its headers, it is no signature.
      log.warn("signature.unreadable", { endpoint, error: errorName(error) });
      return false;
    }
  };
  if (matches(await secrets.read("endpoints", endpoint, channel.secret))) return true;
  // The keys may have been rotated since they were read.
  const newer = await secrets.reread("endpoints", endpoint, channel.secret);
  return newer !== undefined && matches(newer);
}

const eventOf = (
  { endpoint, method, headers, query, body }: Request,
  channel: Channel,
  eventId: string,
  now: number,
): ReceivedEvent => ({
  eventId,
  channel: channel.name,
  endpoint: endpoint.slice(channel.name.length + 1),
  receivedAt: new Date(now).toISOString(),
  method,
  headers,
  query,
  body,
});

async function makeDurable(
  event: ReceivedEvent,
  groupId: string,
  { queues, store }: Pick<Dependencies, "queues" | "store">,
): Promise<void> {
  // ASCII: as many bytes as characters.
  let message = pack(event);
  if (message.length > MAX_MESSAGE_BYTES) {
    const key = eventKey(event);
    await store.put(key, message);
    message = pointerTo(key, event);
  }
  await queues.sendToIntake(message, groupId);
}
