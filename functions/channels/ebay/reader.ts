import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

const Name = lenient(z.string().check(z.minLength(1), z.maxLength(255)));
const OrderId = lenient(z.union([z.string(), z.number()]));

/** https://developer.ebay.com/api-docs/commerce/notification/overview.html. What each topic has in `data` differs. */
const Notification = z.object({
  metadata: z.object({ topic: z.string().check(z.minLength(1)) }),
  notification: z.object({
    eventDate: Name,
    data: lenient(
      z.object({
        userId: Name,
        username: Name,
        user: lenient(z.object({ userId: Name, username: Name })),
        orderId: OrderId,
        order: lenient(z.object({ orderId: OrderId })),
      }),
    ),
  }),
});
type Data = NonNullable<z.infer<typeof Notification>["notification"]["data"]>;

/** `06-15211-22068`, `110123456789-0`. It becomes a part of the address that is called. */
const ORDER_ID = /^[\w!-]{1,100}$/;
const CONFIRMATION = "ORDER_CONFIRMATION";
const DELETION = "MARKETPLACE_ACCOUNT_DELETION";

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(Notification, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { topic } = parsed.data.metadata;
    const { eventDate, data = NO_DATA } = parsed.data.notification;
    const said = { topic, eventTime: instant(eventDate ?? "") };
    if (topic === DELETION) return { ...said, everyShop: true, meaning: () => erasureOf(data) };
    return {
      ...said,
      shop: data.user?.userId ?? data.userId ?? data.user?.username ?? data.username,
      meaning: ({ settings }) => meaningOf(topic, data, settings),
    };
  },
};

const NO_DATA: Data = {
  ...{ userId: undefined, username: undefined, user: undefined, orderId: undefined, order: undefined },
};

/** Every user of eBay who leaves. An order shows the one name or, to some applications, the other. */
function erasureOf({ userId, username }: Data): Meaning {
  const buyerIds = [userId, username].filter((id) => id !== undefined);
  if (buyerIds.length > 0) return { kind: "erase", subject: { buyerIds } };
  throw new MalformedEvent({ field: "notification.data.userId", problem: "is missing or wrong" });
}

function meaningOf(topic: string, data: Data, { orderTopics, testOrderIds }: Settings): Meaning {
  if (topic === "AUTHORIZATION_REVOCATION") return { kind: "lifecycle", event: "authorization-revoked" };
  if (topic !== CONFIRMATION && !orderTopics.includes(topic)) {
    return { kind: "ignored", reason: "a topic that is not about orders" };
  }
  const given = data.order?.orderId ?? data.orderId;
  if (given === undefined && topic !== CONFIRMATION) return { kind: "ignored", reason: "it names no order" };
  const orderId = String(given ?? "");
  if (!ORDER_ID.test(orderId)) {
    throw new MalformedEvent({ field: "notification.data.order.orderId", problem: "is not the ID of an order" });
  }
  return testOrderIds.includes(orderId)
    ? { kind: "ignored", reason: "a test notification" }
    : { kind: "fetch", orderId };
}
