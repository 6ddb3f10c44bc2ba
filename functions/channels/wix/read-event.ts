import * as z from "zod/mini";
import { lenient, maybe, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";

const Claims = z.object({ data: z.string() });

const Delivery = z.object({
  eventType: z.string().check(z.minLength(1)),
  /** Of the app on one site. */
  instanceId: z.string().check(z.minLength(1), z.maxLength(255)),
  data: maybe(z.string()),
});

const Part = maybe(z.record(z.string(), z.unknown()));

/** What happened to an entity. */
export const DomainEvent = z.object({
  entityFqdn: Text,
  entityId: Text,
  eventTime: lenient(z.string()),
  /** Strict: a request to erase must not pass for an edit. */
  triggeredByAnonymizeRequest: maybe(z.boolean()),
  createdEvent: Part,
  updatedEvent: Part,
  actionEvent: Part,
  deletedEvent: Part,
});
export type DomainEvent = z.infer<typeof DomainEvent>;

export interface WixEvent {
  eventType: string;
  instanceId: string;
  /** The innermost JSON; undefined if the event has none. */
  payload: unknown;
}

/**
 * Three JSON texts, one in the other: the token's claims, their `data`, and its `data`.
 * @throws MalformedEvent
 */
export function readEvent(body: Uint8Array): WixEvent {
  const [, claims] = Buffer.from(body).toString("latin1").split(".");
  if (claims === undefined) throw new MalformedEvent({ field: "body", problem: "is not a JWT" });
  const outer = parsed(Claims, jsonOf(Buffer.from(claims, "base64url"), "body"), []);
  const { data, ...delivery } = parsed(Delivery, jsonOf(Buffer.from(outer.data), "data"), ["data"]);
  return { ...delivery, payload: data ? jsonOf(Buffer.from(data), "data.data") : undefined };
}

/** Where in a token the fields of an event are. */
export const PAYLOAD = ["data", "data"] as const;

function jsonOf(bytes: Uint8Array, field: string): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedEvent({ field, problem: "is not JSON in UTF-8" });
  }
}

export function parsed<T>(schema: z.ZodMiniType<T>, value: unknown, under: readonly string[]): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw malformed(result.error, under);
}
