import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

const Anything = lenient(z.record(z.string(), z.unknown()));

/** https://developer.squareup.com/docs/webhooks/overview. `event_id` is not read: the order says whether it is news. */
const SquareEvent = z.object({
  merchant_id: lenient(z.string().check(z.minLength(1), z.maxLength(255))),
  type: z.string().check(z.minLength(1)),
  /** With up to nine digits of a second. */
  created_at: lenient(z.string()),
  data: lenient(z.object({ id: z.unknown(), object: Anything })),
});
type SquareEvent = z.infer<typeof SquareEvent>;

/** Where events of each type name their order: the part of `data.object`. */
const ORDER_IN: Readonly<Record<string, string>> = {
  "order.created": "order_created",
  "order.updated": "order_updated",
  "order.fulfillment.updated": "order_fulfillment_updated",
  "payment.created": "payment",
  "payment.updated": "payment",
  "refund.created": "refund",
  "refund.updated": "refund",
};

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(SquareEvent, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { type, merchant_id: shop, created_at } = parsed.data;
    const part = Object.hasOwn(ORDER_IN, type) ? ORDER_IN[type] : undefined;
    const named = part === undefined ? undefined : orderIn(parsed.data, part);
    if (named && shop === undefined) throw new MalformedEvent({ field: "merchant_id", problem: "is missing or wrong" });
    return {
      topic: type,
      eventTime: instant(created_at ?? ""),
      shop,
      meaning: ({ settings }) => (named ? meaningOf(named, settings) : meaningWithoutOrder(type)),
    };
  },
};

interface Named {
  /** Undefined: a payment that belongs to no order. */
  orderId: string | undefined;
  location: unknown;
}

function meaningOf({ orderId, location }: Named, { locations, testOrderIds }: Settings): Meaning {
  if (orderId === undefined) return { kind: "ignored", reason: "a payment without an order" };
  if (testOrderIds.includes(orderId)) return { kind: "ignored", reason: "a test notification" };
  const isElsewhere = typeof location === "string" && locations.length > 0 && !locations.includes(location);
  return isElsewhere ? { kind: "ignored", reason: "an order of another location" } : { kind: "fetch", orderId };
}

function meaningWithoutOrder(type: string): Meaning {
  switch (type) {
    case "oauth.authorization.revoked":
      return { kind: "lifecycle", event: "authorization-revoked" };
    case "webhooks.test_notification":
      return { kind: "ignored", reason: "a test notification" };
    case "customer.deleted":
      return { kind: "ignored", reason: "an entry of the seller's customers; Square keeps their orders" };
    default:
      return { kind: "ignored", reason: "a type that is not about orders" };
  }
}

/** `data.id` is an order's ID only in events of orders; a real one had lost a letter, beside a right `order_id`. */
function orderIn({ data }: SquareEvent, part: string): Named {
  const inner = Anything.safeParse(data?.object?.[part]).data ?? {};
  const isOrder = part.startsWith("order_");
  const given = inner["order_id"] ?? (isOrder ? data?.id : undefined);
  const location = inner["location_id"];
  if (!isOrder && (given === undefined || given === null || given === "")) return { orderId: undefined, location };
  // It becomes a part of the address that is called.
  if (typeof given === "string" && /^[\w-]{1,192}$/.test(given)) return { orderId: given, location };
  throw new MalformedEvent({ field: `data.object.${part}.order_id`, problem: "is not the ID of an order" });
}
