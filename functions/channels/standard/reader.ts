import * as z from "zod/mini";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { Instant, Order } from "../../../shared/order.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";

/** The form of payload that the specification recommends: the order is in `data`. */
const Wrapped = z.object({
  type: z.string().check(z.minLength(1)),
  timestamp: z.optional(Instant),
  data: z.record(z.string(), z.unknown()),
});

export const reader: Reader = {
  interpret({ body }): Interpretation {
    const json = readJson(body);
    if (!isWrapped(json)) return orderIn(json, { topic: "order" });
    const wrapped = z.safeParse(Wrapped, json);
    if (!wrapped.success) throw malformed(wrapped.error);

    const { type: topic, timestamp: eventTime, data } = wrapped.data;
    if (/order/i.test(topic)) return orderIn(data, { topic, eventTime }, ["data"]);
    return { topic, eventTime, meaning: () => ({ kind: "ignored", reason: "a type that is not about orders" }) };
  },
};

/** Our order has no `data`, and a wrapped one has no `lines` next to it, so no payload is both. */
const isWrapped = (json: unknown): boolean =>
  typeof json === "object" && json !== null && Object.hasOwn(json, "data") && !Object.hasOwn(json, "lines");

function orderIn(
  json: unknown,
  about: Pick<Interpretation, "topic" | "eventTime">,
  under: readonly string[] = [],
): Interpretation {
  const order = z.safeParse(z.object({ id: Order.shape.id }), json).data;
  const { updatedAt: changedAt } = z.safeParse(z.object({ updatedAt: Instant }), json).data ?? {};
  return { ...about, order: order && { id: order.id, changedAt }, meaning: () => meaningOf(json, under) };
}

function meaningOf(json: unknown, under: readonly string[]): Meaning {
  const parsed = z.safeParse(Order, json);
  if (!parsed.success) throw malformed(parsed.error, under);
  return { kind: "order", order: parsed.data };
}
