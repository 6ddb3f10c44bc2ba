import { randomUUID } from "node:crypto";
import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";

type About = Pick<ChannelEvent, "order" | "shop" | "now">;

const seller = (shop: string) => ({ userId: shop, username: "demo_seller" });
const lineOf = ({ id, quantity, productId = "267713109119" }: Order["lines"][number]) => ({
  ...{ orderLineItemId: id, listingId: productId, quantity },
});

/** One for each line. https://developer.ebay.com/api-docs/master/commerce/notification/asyncapi/order_confirmation.yaml */
const forEachLine = ({ order, shop }: About): object[] =>
  (order.lines.length > 0 ? order.lines : [undefined]).map((line) => ({
    user: seller(shop),
    order: { orderId: order.id, orderLineItems: line ? [lineOf(line)] : [] },
  }));

const forOrder = ({ order, shop }: About): object[] => [{ user: seller(shop), order: { orderId: order.id } }];

/** `data` of what each topic sends. */
const DATA: Readonly<Record<string, (about: About) => object[]>> = {
  ORDER_CONFIRMATION: forEachLine,
  // What these two have in `data` is not documented where we looked. (ASSUME)
  ITEM_MARKED_SHIPPED: forOrder,
  ORDER_CANCELLATION_ACTIVITY: forOrder,
  MARKETPLACE_ACCOUNT_DELETION: ({ order }) => [
    { username: order.buyer?.id ?? "test_user", userId: "ma8vp1jySJC", eiasToken: "nY+sHZ2PrBmdj6wVnY+sEQ==" },
  ],
  AUTHORIZATION_REVOCATION: ({ shop, now }) => [
    { ...seller(shop), revokeReason: "REVOKED_BY_USER", revocationDate: new Date(now).toISOString() },
  ],
};

/** The one of a new order first. */
export const TOPICS = Object.keys(DATA);

/** The bodies of what eBay sends: compact JSON. */
export const bodiesOf = ({
  topic,
  order,
  shop,
  now,
}: Pick<ChannelEvent, "topic" | "order" | "shop" | "now">): string[] =>
  (DATA[topic]?.({ order, shop, now }) ?? []).map((data) =>
    JSON.stringify({
      metadata: { topic, schemaVersion: "1.0", deprecated: false },
      notification: {
        notificationId: `${randomUUID()}_${randomUUID()}`,
        eventDate: new Date(now).toISOString(),
        publishDate: new Date(now).toISOString(),
        publishAttemptCount: 1,
        data,
      },
    }),
  );
