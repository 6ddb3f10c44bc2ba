import * as z from "zod/mini";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

/** https://developers.etsy.com/documentation/essentials/webhooks. The shop is a number in deliveries, a text in documents. */
const Event = z.object({
  event_type: z.string().check(z.minLength(1), z.maxLength(255)),
  resource_url: z.optional(z.string()),
  shop_id: Id,
});

/** The order's own part of its address, whose host and shop differ between documents and deliveries. */
const RECEIPT = /\/receipts\/(\d{1,20})\/?$/;
/** The portal's example: `…/receipts/{RECEIPT_ID}`. */
const PLACEHOLDER = /\{\w+\}\/?$/;

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(Event, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { event_type: topic, resource_url = "", shop_id: shop } = parsed.data;
    const meaning = meaningOf(topic, resource_url);
    return {
      topic,
      shop: shop.trim(),
      meaning({ settings }) {
        const isTest = meaning.kind === "fetch" && settings.testReceiptIds.includes(meaning.orderId);
        return isTest ? { kind: "ignored", reason: "a test message" } : meaning;
      },
    };
  },
};

/**
 * Any event of an order leads to a fetch, and any may be new: the order itself says what happened. The address in the
 * event is never called.
 */
function meaningOf(topic: string, address: string): Meaning {
  // The page first wrote ORDER_PAID.
  if (!/^order[._]/i.test(topic)) return { kind: "ignored", reason: "a topic that is not about orders" };
  if (PLACEHOLDER.test(address)) return { kind: "ignored", reason: "a test message" };
  const orderId = RECEIPT.exec(address)?.[1];
  if (orderId !== undefined) return { kind: "fetch", orderId };
  throw new MalformedEvent({ field: "resource_url", problem: "does not end with the ID of a receipt" });
}
