import { logger } from "./logger.ts";

/**
 * The only fields that a log line may have: what is not listed cannot leak (design.md P7). There are no headers, path,
 * query, body or error texts. Error texts of providers and parsers may quote addresses: `error` is an error's name,
 * never its message.
 */
const FIELDS = [
  "action",
  "age",
  "attempts",
  /** The channel's own ID of a buyer, never an e-mail address: those have a character that no ID has. */
  "buyer",
  "bytes",
  "change",
  "channel",
  "connection",
  "count",
  "destination",
  "duration",
  "endpoint",
  "error",
  "eventId",
  "generation",
  "kind",
  "messageId",
  "missed",
  "orderId",
  "outcome",
  /** The path of a field that could not be read, never its value. */
  "field",
  "provider",
  "queue",
  "receives",
  "reference",
  "retryInMs",
  "route",
  "state",
  "status",
  "topic",
  /** Epoch ms. */
  "until",
] as const;
export type Fields = { [name in (typeof FIELDS)[number]]?: string | number | boolean | undefined };

/** What names, IDs, topics and times look like. Any other text that a sender put in their place is not logged. */
const PLAIN = /^[\w./:#+-]{0,200}$/;

function allowed(fields: Fields): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {};
  for (const name of FIELDS) {
    const value = fields[name];
    if (value !== undefined) kept[name] = typeof value !== "string" || PLAIN.test(value) ? value : "[hidden]";
  }
  return kept;
}

/** `event` is what happened, in our words: `webhook.answered`. */
export const log = {
  debug: (event: string, fields: Fields = {}) => logger.debug(event, allowed(fields)),
  info: (event: string, fields: Fields = {}) => logger.info(event, allowed(fields)),
  warn: (event: string, fields: Fields = {}) => logger.warn(event, allowed(fields)),
  error: (event: string, fields: Fields = {}) => logger.error(event, allowed(fields)),
};

/** The name of a thrown value: all that may be logged of it. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
