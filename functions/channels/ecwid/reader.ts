import * as z from "zod/mini";
import { lenient, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

/** Numbers in events of orders, texts in those of the app. */
const Digits = z.pipe(
  z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\d{1,19}$/, "is not a number"))]),
  z.transform((number) => String(number)),
);

/** https://docs.ecwid.com/build-apps/webhook-automations. Only `eventCreated` and `eventId` are signed. */
const StoreEvent = z.object({
  eventType: z.string().check(z.minLength(1), z.maxLength(255)),
  storeId: Digits,
  /** Of an order the internal number, which the API does not take. */
  entityId: lenient(Digits),
  /** Seconds. */
  eventCreated: lenient(z.int().check(z.minimum(0), z.maximum(99_999_999_999))),
  data: lenient(z.object({ orderId: Text })),
});
type StoreEvent = z.infer<typeof StoreEvent>;

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(StoreEvent, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { eventType, storeId, eventCreated: seconds } = parsed.data;
    const meaning = meaningOf(parsed.data);
    return {
      topic: eventType,
      eventTime: seconds === undefined ? undefined : new Date(seconds * 1000).toISOString(),
      shop: storeId,
      meaning: () => meaning,
    };
  },
};

function meaningOf(event: StoreEvent): Meaning {
  switch (event.eventType) {
    case "order.created":
    case "order.updated":
    // The API says whether it is gone: anyone who saw a signed event may have written this one.
    case "order.deleted":
      return { kind: "fetch", orderId: orderIdIn(event) };
    case "unfinished_order.created":
    case "unfinished_order.updated":
    case "unfinished_order.deleted":
      return { kind: "ignored", reason: "a cart that was not ordered; order.created follows if it is" };
    case "application.uninstalled":
      return { kind: "lifecycle", event: "uninstalled" };
    // The plan of a store, or its payment for the app, ended perhaps: only the API says it.
    case "application.subscriptionStatusChanged":
    case "profile.subscriptionStatusChanged":
      return { kind: "lifecycle", event: "authorization-revoked" };
    // Requests that only the store's owner can confirm: the signature does not cover the buyer.
    case "customer.personalDataRemovalRequest":
      return { kind: "erase", subject: { buyerId: buyerIn(event) } };
    case "customer.personalDataExportRequest":
      return { kind: "export", subject: { buyerId: buyerIn(event) } };
    case "customer.deleted":
      return { kind: "ignored", reason: "a customer's account; Ecwid keeps its orders" };
    default:
      return { kind: "ignored", reason: "a topic that is not about orders" };
  }
}

/**
 * What the API is asked for: `data.orderId`, and of an event of before 2020, which has none, `entityId`. The order that is
 * fetched says its identity.
 */
function orderIdIn({ data, entityId }: StoreEvent): string {
  const orderId = data?.orderId ?? entityId;
  if (orderId !== undefined && isOrderId(orderId)) return orderId;
  throw new MalformedEvent({ field: "data.orderId", problem: "is not the ID of an order" });
}

/** It becomes a part of the address that is called. A store chooses prefix and suffix: letters, digits, hyphens "etc." */
const isOrderId = (text: string): boolean => /^[^\p{C}/\\]{1,100}$/u.test(text) && !/^\.{1,2}$/.test(text);

function buyerIn({ entityId }: StoreEvent): string {
  if (entityId !== undefined) return entityId;
  throw new MalformedEvent({ field: "entityId", problem: "is not the ID of a customer" });
}
