import { groupOf, newEventId, pack, pointerTo, type ReceivedEvent } from "../../shared/messages/event.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import { eventKey } from "../../shared/messages/event-store.ts";
import { MAX_MESSAGE_BYTES, type Queues } from "../../shared/messages/queues.ts";
import type { Secrets } from "../../shared/stage/secrets.ts";
import { errorName, log } from "../../shared/telemetry/log.ts";
import {
  type Authentication,
  type Channel,
  type EndpointContext,
  type HandshakeAnswer,
  KeyUnavailable,
  type SignedRequest,
} from "../channels/channel.ts";
import type { ConfiguredEndpoint } from "./configured-endpoints.ts";
import type { KeySource } from "./fetch-key.ts";

/**
 * `answered`: a handshake, nothing to queue. `unavailable`: a key could not be read, or the event could not be queued;
 * the sender has to retry.
 */
export type Outcome = "queued" | "answered" | "unknown" | "unsigned" | "forged" | "unavailable";

/** A request at `/webhooks/{channel}/{endpoint}`. */
export interface Request extends SignedRequest {
  /** `shopify/main` */
  endpoint: string;
}

export interface Dependencies {
  /** Every configured endpoint, by its path: `shopify/main`. */
  endpoints: ReadonlyMap<string, ConfiguredEndpoint>;
  secrets: Secrets;
  queues: Pick<Queues, "sendToIntake">;
  store: Pick<EventStore, "put">;
  fetchKey(
    source: KeySource,
    ...request: Parameters<EndpointContext<unknown>["fetchKey"]>
  ): Promise<string | undefined>;
  /** Epoch ms. */
  now: () => number;
}

export interface Result {
  outcome: Outcome;
  /** Only of an authentic request. */
  eventId?: string | undefined;
  /** The answer to a handshake. */
  answer?: HandshakeAnswer;
  /** Name of the error that made it unavailable. */
  error?: string;
}

/**
 * Checks the signature over the raw bytes and puts the event on the intake queue. A 2xx promises that the event is
 * durable (design.md P1). Does not parse the event. Never throws.
 * @param onAuthentic called with the event's ID after authentication, so that a timeout can log it
 */
export async function receiveWebhook(
  request: Request,
  deps: Dependencies,
  onAuthentic: (eventId: string) => void = () => {},
): Promise<Result> {
  const endpoint = deps.endpoints.get(request.endpoint);
  if (!endpoint) return { outcome: "unknown" };
  let eventId: string | undefined;
  try {
    const channel = await endpoint.load();
    const methods: readonly string[] = channel?.verification?.methods ?? ["POST"];
    if (!channel?.verification || !methods.includes(request.method)) return { outcome: "unknown" };
    const authentication = await authenticate(request, { channel, endpoint }, deps);
    if (authentication === "forged" || authentication === "unsigned") return { outcome: authentication };
    if (authentication !== "authentic") return { outcome: "answered", answer: authentication.answer };
    eventId = newEventId();
    onAuthentic(eventId);
    await makeDurable(eventOf(request, endpoint, eventId, deps.now()), deps);
    return { outcome: "queued", eventId };
  } catch (error) {
    return { outcome: "unavailable", ...(eventId && { eventId }), error: errorName(error) };
  }
}

async function authenticate(
  { endpoint: path, ...request }: Request,
  { channel, endpoint }: { channel: Channel; endpoint: ConfiguredEndpoint },
  { secrets, fetchKey, now }: Dependencies,
): Promise<Authentication> {
  const check = async (secret: unknown): Promise<Authentication> => {
    const source = { endpoint: path, hosts: channel.hosts };
    const context = { secret, url: endpoint.url, now: now(), fetchKey: fetchKey.bind(undefined, source) };
    try {
      return (await channel.verification?.verify(request, context)) ?? "forged";
    } catch (error) {
      if (error instanceof KeyUnavailable) throw error;
      // The headers could not be read as a signature.
      log.warn("signature.unreadable", { endpoint: path, error: errorName(error) });
      return "forged";
    }
  };
  const authentication = await check(await secrets.read("endpoints", path, channel.secret));
  if (authentication !== "forged") return authentication;
  // The keys may have been rotated since they were read.
  const newer = await secrets.reread("endpoints", path, channel.secret);
  return newer === undefined ? "forged" : check(newer);
}

const eventOf = (
  { endpoint: _, ...request }: Request,
  { channel, name }: ConfiguredEndpoint,
  eventId: string,
  now: number,
): ReceivedEvent => ({
  source: "webhook",
  eventId,
  channel,
  endpoint: name,
  receivedAt: new Date(now).toISOString(),
  ...request,
});

async function makeDurable(
  event: ReceivedEvent,
  { queues, store }: Pick<Dependencies, "queues" | "store">,
): Promise<void> {
  // The message is ASCII: its length in characters is its length in bytes.
  let message = pack(event);
  if (message.length > MAX_MESSAGE_BYTES) {
    const key = eventKey(event);
    await store.put(key, message);
    message = pointerTo(key, event);
  }
  await queues.sendToIntake(message, groupOf(event));
}
