import type { Order } from "../../../../shared/order.ts";
import type { ChannelEvent } from "../../channel-simulator.ts";
import type { PartialOrder } from "../../partial-order.ts";
import { gid, idNumber, relatedId, shopTime } from "./fields.ts";
import { orderResource } from "./order-resource.ts";
import { customerResource, emailOf } from "./people.ts";
import { refundResource, transactionResource } from "./refund.ts";

/** The body of each topic it sends. https://shopify.dev/docs/api/webhooks?reference=toml */
const BODIES: Readonly<Record<string, (order: Order, shop: string) => object>> = {
  "orders/create": orderResource,
  "orders/paid": orderResource,
  "orders/updated": orderResource,
  "orders/cancelled": orderResource,
  "orders/fulfilled": orderResource,
  "orders/partially_fulfilled": orderResource,
  "orders/delete": ({ id }) => ({ id: idNumber(id) }),
  "orders/edited": orderEdit,
  "orders/risk_assessment_changed": ({ id, updatedAt }) => ({
    provider_id: 1,
    provider_title: "Shopify",
    risk_level: "LOW",
    created_at: shopTime(updatedAt),
    order_id: idNumber(id),
    admin_graphql_api_order_id: gid("Order", id),
  }),
  "refunds/create": refundResource,
  "order_transactions/create": (order) => transactionResource(order, "sale", order.total ?? "0.00"),
  "customers/data_request": (order, shop) => ({
    ...shopAndCustomer(order, shop),
    orders_requested: [idNumber(order.id)],
    data_request: { id: idNumber(relatedId(order.id, "data request")) },
  }),
  "customers/redact": (order, shop) => ({ ...shopAndCustomer(order, shop), orders_to_redact: [idNumber(order.id)] }),
  "shop/redact": (_, shop) => ({ shop_id: SHOP_ID, shop_domain: shop }),
  "app/uninstalled": (order, shop) => shopResource(order, shop),
};

/** The one of a new paid order first. */
export const TOPICS = Object.keys(BODIES);

/** An order with this tag is of a shop whose subscriptions have `include_fields` and name few fields. */
export const ID_ALONE = "sent with include_fields";

/** @returns the webhook's body, with IDs as bare numbers */
export function bodyOf({ topic, order, shop }: ChannelEvent): string {
  if (order.tags?.includes(ID_ALONE) && topic.startsWith("orders/")) {
    return JSON.stringify({ id: idNumber(order.id), updated_at: shopTime(order.updatedAt) });
  }
  return JSON.stringify(BODIES[topic]?.(order, shop));
}

/** What the topic says of the order by itself. */
export function impliedBy(topic: string, at: string): PartialOrder {
  switch (topic) {
    case "orders/paid":
      return { financialState: "paid" };
    case "orders/cancelled":
    // In the shop's API a deleted order is then cancelled: our order has no other word for it.
    case "orders/delete":
      return { cancelledAt: at };
    case "orders/fulfilled":
      return { fulfilmentState: "fulfilled" };
    case "orders/partially_fulfilled":
      return { fulfilmentState: "partial" };
    case "refunds/create":
      return { financialState: "refunded" };
    default:
      return {};
  }
}

function orderEdit({ id, updatedAt }: Order) {
  return {
    order_edit: {
      id: idNumber(relatedId(id, "edit")),
      app_id: null,
      created_at: shopTime(updatedAt),
      notify_customer: false,
      order_id: idNumber(id),
      reason: "",
      staff_note: "",
      user_id: null,
      line_items: { additions: [], removals: [] },
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
    },
  };
}

const SHOP_ID = 548380009;

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
const shopAndCustomer = (order: Order, shop: string) => ({
  shop_id: SHOP_ID,
  shop_domain: shop,
  customer: {
    id: customerResource(order)?.id ?? null,
    email: emailOf(order),
    phone: order.buyer?.phone ?? null,
  },
});

const shopResource = ({ currency }: Order, shop: string) => ({
  id: SHOP_ID,
  name: "Demo shop",
  email: "owner@example.invalid",
  domain: shop,
  myshopify_domain: shop,
  currency,
  plan_name: "basic",
});
