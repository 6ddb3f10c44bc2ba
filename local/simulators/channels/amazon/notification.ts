import { randomUUID } from "node:crypto";
import { quantityToShip } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import { MARKETPLACE, statusOf } from "./order-resource.ts";

export const CHANGES = ["OrderStatusChange", "BuyerRequestedChange", "DeliveryTipChange"];

/** The notification spells the states of an order in its own way. */
const STATUS = {
  PENDING: "Pending",
  UNSHIPPED: "Unshipped",
  PARTIALLY_SHIPPED: "PartiallyShipped",
  SHIPPED: "Shipped",
  CANCELLED: "Canceled",
} as const;

/** `schemas/notifications/OrderChangeNotification.json` of `amzn/selling-partner-api-models`. */
export function notificationOf({ topic, order, shop, now }: ChannelEvent): string {
  const at = new Date(now).toISOString();
  const unshipped = order.lines.reduce((count, line) => count + quantityToShip(line), 0);
  const status = STATUS[statusOf(order)];
  return JSON.stringify({
    NotificationVersion: "1.0",
    NotificationType: "ORDER_CHANGE",
    PayloadVersion: "1.0",
    EventTime: at,
    Payload: {
      OrderChangeNotification: {
        NotificationLevel: "OrderLevel",
        SellerId: shop,
        AmazonOrderId: order.id,
        OrderChangeType: topic,
        OrderChangeTrigger: {
          TimeOfOrderChange: topic === "OrderStatusChange" ? order.updatedAt : null,
          ChangeReason: topic,
        },
        Summary: {
          MarketplaceId: MARKETPLACE.id,
          OrderStatus: status,
          PurchaseDate: order.placedAt,
          DestinationPostalCode: order.shippingAddress?.postcode ?? null,
          FulfillmentType: order.lines.some(({ fulfilledBy }) => fulfilledBy) ? "AFN" : "MFN",
          OrderType: "StandardOrder",
          NumberOfItemsShipped: 0,
          NumberOfItemsUnshipped: unshipped,
          OrderPrograms: [],
          ShippingPrograms: [],
          OrderItems: order.lines.map((line) => ({
            OrderItemId: line.id,
            SellerSKU: line.sku,
            SupplySourceId: null,
            OrderItemStatus: status,
            Quantity: line.quantity,
            QuantityShipped: line.fulfilled ?? 0,
            IsBuyerRequestedCancel: topic === "BuyerRequestedChange",
          })),
        },
      },
    },
    NotificationMetadata: {
      ApplicationId: "amzn1.sellerapps.app.demo",
      SubscriptionId: randomUUID(),
      PublishTime: at,
      NotificationId: randomUUID(),
    },
  });
}
