import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { lenient, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

/** What EventBridge puts around a notification. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const EventBridgeEvent = z.object({ "detail-type": z.string(), detail: z.record(z.string(), z.unknown()) });

/** Other notifications, which are no orders, spell these names with a small letter. */
const AnyNotification = z.object({ NotificationType: Text, notificationType: Text });

/** `schemas/notifications/OrderChangeNotification.json` of `amzn/selling-partner-api-models`. */
const OrderChange = z.object({
  EventTime: Text,
  Payload: z.object({
    OrderChangeNotification: z.object({
      SellerId: z.string().check(z.minLength(1), z.maxLength(255)),
      /** It becomes a part of the address that is called. */
      AmazonOrderId: z.string().check(z.regex(/^[A-Z\d]{3}-\d{7}-\d{7}$/, "is not the ID of an order")),
      /** `OrderStatusChange`, `BuyerRequestedChange` or `DeliveryTipChange`. */
      OrderChangeType: z.string().check(z.minLength(1)),
      OrderChangeTrigger: lenient(z.object({ TimeOfOrderChange: Text })),
      Summary: lenient(z.object({ MarketplaceId: Text, FulfillmentType: Text })),
    }),
  }),
});
type Change = z.infer<typeof OrderChange>["Payload"]["OrderChangeNotification"];

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const notification = notificationIn(readJson(body));
    const { NotificationType, notificationType } = AnyNotification.safeParse(notification).data ?? {};
    const type = NotificationType ?? notificationType;
    if (type === undefined) throw new MalformedEvent({ field: "NotificationType", problem: "is missing or wrong" });
    if (type !== "ORDER_CHANGE") {
      return { topic: type, meaning: () => ({ kind: "ignored", reason: "a notification that is not about orders" }) };
    }
    const parsed = z.safeParse(OrderChange, notification);
    if (!parsed.success) throw malformed(parsed.error);
    const { EventTime, Payload } = parsed.data;
    const change = Payload.OrderChangeNotification;
    return {
      topic: `${type} ${change.OrderChangeType}`,
      eventTime: instant(change.OrderChangeTrigger?.TimeOfOrderChange ?? EventTime ?? ""),
      shop: change.SellerId,
      meaning: ({ settings }) => meaningOf(change, settings),
    };
  },
};

/** SP-API's message is the notification; EventBridge's has it in `detail`. */
function notificationIn(message: unknown): unknown {
  const event = EventBridgeEvent.safeParse(message);
  return event.success ? event.data.detail : message;
}

/** The summary has no address and no amount: the order is fetched whatever the notification says of it. */
function meaningOf({ AmazonOrderId, Summary }: Change, { marketplaceIds, fbaOrders }: Settings): Meaning {
  const { MarketplaceId: marketplace, FulfillmentType: type } = Summary ?? {};
  if (marketplace !== undefined && marketplaceIds.length > 0 && !marketplaceIds.includes(marketplace)) {
    return { kind: "ignored", reason: "an order of another marketplace" };
  }
  if (type === "AFN" && fbaOrders === "ignore") return { kind: "ignored", reason: "an order that Amazon ships" };
  return { kind: "fetch", orderId: AmazonOrderId };
}
