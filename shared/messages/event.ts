import { randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { MalformedEvent } from "../errors.ts";
import type { Identity } from "../identity.ts";
import { omit } from "../omit.ts";
import { isNewer, NewerRelease } from "../release.ts";
import { asciiJson } from "./ascii-json.ts";

/**
 * One webhook delivery (source `webhook`) or one record of a connection's queue (source `queue`), raw, as it arrived.
 */
export interface ReceivedEvent {
  source: "webhook" | "queue";
  /** Our own ID: it is in every message and log line from the webhook to the provider call. */
  eventId: string;
  channel: string;
  endpoint: string;
  /** The connection whose queue it came on. A webhook's connection is found by endpoint and shop. */
  connection?: string | undefined;
  /** UTC ISO 8601. */
  receivedAt: string;
  /** Empty for a record of a queue, as are path and query. */
  method: string;
  /** As sent, undecoded: some channels sign them. `/webhooks/shopify/main` */
  rawPath: string;
  /** As sent, undecoded, without the `?`. */
  rawQuery: string;
  /** Names in lower case, as API Gateway's payload 2.0 has them; of a record of a queue its message attributes. */
  headers: Record<string, string>;
  query: Record<string, string>;
  /** Raw. */
  body: Uint8Array;
}

/** An order to fetch from the channel's API: a hit of a poll, or the next look at an order that waits. */
export interface FetchEvent {
  source: "poll";
  eventId: string;
  channel: string;
  connection: string;
  /** UTC ISO 8601: when it was put on the intake queue. */
  receivedAt: string;
  /** What `ChannelClient.order` takes. */
  orderId: string;
  /** Why it is fetched, for the trace: one of OWN_TOPICS. */
  topic: string;
}

/** Topics of the events that we put on the intake queue ourselves; every other topic is a channel's. */
export const OWN_TOPICS = ["poll", "next look"] as const;

/** Every event of the intake queue. */
export type IntakeEvent = ReceivedEvent | FetchEvent;

const Envelope = z.object({
  v: z.literal(1),
  source: z.enum(["webhook", "queue"]),
  eventId: z.string(),
  channel: z.string(),
  endpoint: z.string(),
  connection: z.optional(z.string()),
  receivedAt: z.string(),
  method: z.string(),
  rawPath: z.string(),
  rawQuery: z.string(),
  headers: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.string()),
  /** gzip + base64; absent if the whole envelope is in S3. */
  body: z.string(),
});

const FetchEnvelope = z.object({
  v: z.literal(1),
  source: z.literal("poll"),
  eventId: z.string(),
  channel: z.string(),
  connection: z.string(),
  receivedAt: z.string(),
  orderId: z.string(),
  topic: z.string(),
});

/** Replaces an envelope over the queue's 1 MiB: says where it is in S3. */
const Pointer = z.object({
  v: z.literal(1),
  eventId: z.string(),
  channel: z.string(),
  endpoint: z.string(),
  s3Key: z.string(),
});
type Pointer = z.infer<typeof Pointer>;

/** API Gateway accepts no larger event: a body that unzips to more is a zip bomb. */
const MAX_BODY = 16 * 1024 * 1024;

/** The intake queue's message. ASCII; header names and values as they came, body gzip + base64. */
export function pack(event: IntakeEvent): string {
  if (event.source === "poll") return asciiJson({ v: 1, ...event } satisfies z.infer<typeof FetchEnvelope>);
  const body = gzipSync(event.body, { level: 1 }).toString("base64");
  return asciiJson({ v: 1, ...event, body } satisfies z.infer<typeof Envelope>);
}

export const newEventId = (): string => `evt_${randomUUID()}`;

/** @param now epoch ms */
export function fetchEvent(
  { channel, connection, orderId }: Identity,
  topic: (typeof OWN_TOPICS)[number],
  now: number,
): FetchEvent {
  const receivedAt = new Date(now).toISOString();
  return { source: "poll", eventId: newEventId(), channel, connection, receivedAt, orderId, topic };
}

/** Makes an event of a record of a connection's own queue (Amazon's notifications). */
export function queueEvent(
  { channel, endpoint, name }: { channel: string; endpoint: string; name: string },
  { messageId, body, sentAt, attributes = {} }: QueueRecord,
): ReceivedEvent {
  return {
    source: "queue",
    // The same record received again is the same event.
    eventId: `evt_${messageId}`,
    channel,
    endpoint,
    connection: name,
    receivedAt: new Date(sentAt).toISOString(),
    method: "",
    rawPath: "",
    rawQuery: "",
    headers: attributes,
    query: {},
    body: Buffer.from(body),
  };
}

interface QueueRecord {
  messageId: string;
  body: string;
  /** SQS's `SentTimestamp`, epoch ms. */
  sentAt: number;
  /** Message attributes of type String. */
  attributes?: Record<string, string>;
}

/**
 * Message group for SQS's fair queues: a flood at one endpoint, or of one connection's polls, does not delay the
 * others.
 */
export const groupOf = (event: IntakeEvent): string =>
  `${event.channel}/${event.source === "poll" ? event.connection : event.endpoint}`;

export const pointerTo = (s3Key: string, { eventId, channel, endpoint }: ReceivedEvent): string =>
  asciiJson({ v: 1, eventId, channel, endpoint, s3Key } satisfies Pointer);

/**
 * @param fetchOversized reads an envelope from S3
 * @throws MalformedEvent if it is not an envelope of ours; NewerRelease; what `fetchOversized` throws
 */
export async function unpack(
  message: string,
  fetchOversized: (s3Key: string) => Promise<string>,
): Promise<IntakeEvent> {
  const arrived = parse(message);
  const fetch = z.safeParse(FetchEnvelope, arrived);
  if (fetch.success) return omit(fetch.data, "v");
  const pointer = z.safeParse(Pointer, arrived);
  const envelope = pointer.success ? parse(await fetchOversized(pointer.data.s3Key)) : arrived;
  return readable(() => {
    const { v: _, body, ...event } = z.parse(Envelope, envelope);
    return { ...event, body: gunzipSync(Buffer.from(body, "base64"), { maxOutputLength: MAX_BODY }) };
  });
}

/** A newer message is retried unchanged until the newer function is deployed. */
function parse(text: string): unknown {
  const json: unknown = readable(() => JSON.parse(text));
  if (isNewer(json)) throw new NewerRelease("this envelope");
  return json;
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new MalformedEvent({ field: "envelope", problem: "is not one of ours" }, { cause });
  }
}
