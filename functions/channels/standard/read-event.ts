import * as z from "zod/mini";
import { MalformedEvent } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { ReceivedEvent } from "../../../shared/messages/event.ts";
import { Instant, Order } from "../../../shared/order.ts";
import type { Reading } from "../channel.ts";

/** The payload form the specification advises: the order stands in `data`. */
const Wrapped = z.object({
  type: z.string().check(z.minLength(1)),
  timestamp: z.optional(Instant),
  data: z.record(z.string(), z.unknown()),
});

/** @throws MalformedEvent */
export function readEvent({ body }: ReceivedEvent): Reading {
  const json = parse(body);
  const wrapped = isWrapped(json) ? z.safeParse(Wrapped, json) : undefined;
  if (!wrapped) return { topic: "order", kind: "order", order: orderOf(json) };
  if (!wrapped.success) throw new MalformedEvent(missing(wrapped.error));

  const { type, timestamp, data } = wrapped.data;
  const about = { topic: type, ...(timestamp && { eventTime: timestamp }) };
  if (!/order/i.test(type)) return { ...about, kind: "ignored", reason: "a type that is not about orders" };
  return { ...about, kind: "order", order: orderOf(data) };
}

/** An order of ours has no `data`, and what is wrapped has no `lines` beside it: nothing is both. */
const isWrapped = (json: unknown): boolean =>
  typeof json === "object" && json !== null && Object.hasOwn(json, "data") && !Object.hasOwn(json, "lines");

function orderOf(json: unknown): Order {
  const parsed = z.safeParse(Order, json);
  if (!parsed.success) throw new MalformedEvent(missing(parsed.error));
  return parsed.data;
}

function missing({ issues }: z.core.$ZodError): string {
  const fields = issues.slice(0, 10).map(({ path, message }) => `${path.join(".") || "the whole"} (${message})`);
  return `Not an order by docs/order.schema.json: ${fields.join(", ")}`;
}

function parse(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new MalformedEvent("The body is not JSON in UTF-8");
  }
}
