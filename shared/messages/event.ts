import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { MalformedEvent } from "../errors.ts";
import { isNewer, NewerRelease } from "../release.ts";

/** One webhook delivery, as it arrived. */
export interface ReceivedEvent {
  /** Ours: travels in message and log line from webhook to provider call. */
  eventId: string;
  channel: string;
  endpoint: string;
  /** UTC ISO 8601. */
  receivedAt: string;
  method: string;
  /** Names in lower case, as API Gateway's payload 2.0 has them. */
  headers: Record<string, string>;
  query: Record<string, string>;
  /** Raw. */
  body: Uint8Array;
}

const Envelope = z.object({
  v: z.literal(1),
  eventId: z.string(),
  channel: z.string(),
  endpoint: z.string(),
  receivedAt: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.string()),
  /** gzip + base64; absent where the whole envelope lies in S3. */
  body: z.string(),
});

/** In place of an envelope over the queue's 1 MiB: where it lies. */
const Pointer = z.object({
  v: z.literal(1),
  eventId: z.string(),
  channel: z.string(),
  endpoint: z.string(),
  s3Key: z.string(),
});
type Pointer = z.infer<typeof Pointer>;

/** Unzipped, an event is never larger than the front lets in; more is a bomb. */
const MAX_BODY = 16 * 1024 * 1024;

/** SQS refuses some characters; JSON's own escapes leave ASCII only. */
const toAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The intake queue's message. ASCII; header names and values as they came, body gzip + base64. */
export function pack({ body, ...event }: ReceivedEvent): string {
  return toAscii(JSON.stringify({ v: 1, ...event, body: gzipSync(body, { level: 1 }).toString("base64") }));
}

export const pointerTo = (s3Key: string, { eventId, channel, endpoint }: ReceivedEvent): string =>
  toAscii(JSON.stringify({ v: 1, eventId, channel, endpoint, s3Key } satisfies Pointer));

/**
 * @param fetchOversized reads an envelope from S3
 * @throws MalformedEvent for what is not an envelope of ours; NewerRelease; what `fetchOversized` throws
 */
export async function unpack(
  message: string,
  fetchOversized: (s3Key: string) => Promise<string>,
): Promise<ReceivedEvent> {
  const arrived = parse(message);
  const pointer = z.safeParse(Pointer, arrived);
  const envelope = pointer.success ? parse(await fetchOversized(pointer.data.s3Key)) : arrived;
  return readable(() => {
    const { v: _, body, ...event } = z.parse(Envelope, envelope);
    return { ...event, body: gunzipSync(Buffer.from(body, "base64"), { maxOutputLength: MAX_BODY }) };
  });
}

/** A message that comes back finds the newer function, once it is deployed; until then it is whole. */
function parse(text: string): unknown {
  const json: unknown = readable(() => JSON.parse(text));
  if (isNewer(json)) throw new NewerRelease("this envelope");
  return json;
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new MalformedEvent("not an envelope of ours", { cause });
  }
}
