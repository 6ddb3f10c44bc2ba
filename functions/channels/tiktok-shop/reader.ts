import * as z from "zod/mini";
import { Id, lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import { Seconds } from "./payload.ts";
import type { Settings } from "./settings.ts";

/**
 * https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview. `tts_notification_id` is not read: the order says
 * whether it is news, and some types have none.
 */
const Notification = z.object({
  type: z.union([z.int(), z.string().check(z.regex(/^\d{1,9}$/))]),
  shop_id: z.pipe(Id, z.string().check(z.maxLength(255))),
  timestamp: lenient(Seconds),
  data: lenient(z.record(z.string(), z.unknown())),
});

/** The types that name an order in `data.order_id`, by the names of their subscriptions. */
const OF_AN_ORDER: Readonly<Record<string, string>> = {
  1: "ORDER_STATUS_CHANGE",
  2: "REVERSE_STATUS_UPDATE",
  3: "RECIPIENT_ADDRESS_UPDATE",
  11: "CANCELLATION_STATUS_CHANGE",
  12: "RETURN_STATUS_CHANGE",
};

const OTHERS: Readonly<Record<string, { topic: string; meaning: Meaning }>> = {
  4: {
    topic: "PACKAGE_UPDATE",
    meaning: { kind: "ignored", reason: "about packages, which are TikTok Shop's own business" },
  },
  6: { topic: "SELLER_DEAUTHORIZATION", meaning: { kind: "lifecycle", event: "authorization-revoked" } },
  7: { topic: "UPCOMING_AUTHORIZATION_EXPIRATION", meaning: { kind: "lifecycle", event: "authorization-expiring" } },
};

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(Notification, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { shop_id: shop, timestamp: eventTime, data = {} } = parsed.data;
    const type = String(parsed.data.type);
    const about = { shop, eventTime };
    const topic = OF_AN_ORDER[type];
    if (topic !== undefined) {
      const orderId = orderIdIn(data);
      return { ...about, topic, meaning: ({ settings }) => meaningOf(orderId, settings) };
    }
    const other = OTHERS[type] ?? { topic: `type ${type}`, meaning: ignored("a type that is not about orders") };
    return { ...about, topic: other.topic, meaning: () => other.meaning };
  },
};

const ignored = (reason: string): Meaning => ({ kind: "ignored", reason });

/** The notification also names a status; only the order itself says what it means. */
const meaningOf = (orderId: string, { testOrderIds }: Settings): Meaning =>
  testOrderIds.includes(orderId) ? ignored("a test notification") : { kind: "fetch", orderId };

/** It becomes a part of the query, where a comma would separate two orders. */
function orderIdIn(data: Record<string, unknown>): string {
  const id = Object.hasOwn(data, "order_id") ? data["order_id"] : undefined;
  const text = typeof id === "number" ? String(id) : id;
  if (typeof text === "string" && /^\d{1,32}$/.test(text)) return text;
  throw new MalformedEvent({ field: "data.order_id", problem: "is not the ID of an order" });
}
