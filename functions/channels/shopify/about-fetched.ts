import type { FulfilmentOrder, Transaction, WholeOrder } from "./admin-order.ts";
import type { Delivery } from "./map-order.ts";

/** What the Admin API says of an order beside what its webhooks carry: when it was paid, and why it must wait. */
export const aboutFetched = (
  { order, fulfilmentOrders = [], hidden }: WholeOrder & { hidden: readonly string[] },
  shop: string | undefined,
): Delivery => ({
  topic: "fetched",
  shop,
  test: false,
  paidAt: paidAt(order.transactions),
  hold: holdOf(fulfilmentOrders, hidden),
});

/** The last payment that came in. */
function paidAt(transactions: readonly Transaction[]): string | undefined {
  const payments = transactions.filter(
    ({ kind, status }) => status === "SUCCESS" && (kind === "SALE" || kind === "CAPTURE"),
  );
  return payments
    .flatMap(({ processedAt }) => processedAt ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}

const HIDDEN = "Shopify hides the address: the app has no access to protected customer data";

/** One fulfilment order on hold, or planned for later, holds the order: only the merchant may split it. */
function holdOf(fulfilmentOrders: readonly FulfilmentOrder[], hidden: readonly string[]): Delivery["hold"] {
  if (hidden.some((path) => path.startsWith("order.shippingAddress"))) return { reason: HIDDEN };
  const held = fulfilmentOrders.find(({ status }) => status === "ON_HOLD");
  if (held) {
    // The holds' notes are the staff's own words.
    const reasons = (held.fulfillmentHolds ?? []).flatMap(({ reason }) => wordOf(reason) ?? []);
    return {
      reason: `Shopify holds its fulfilment${reasons.length > 0 ? `: ${[...new Set(reasons)].join(", ")}` : ""}`.slice(
        0,
        200,
      ),
    };
  }
  const planned = fulfilmentOrders.filter(({ status }) => status === "SCHEDULED");
  if (planned.length === 0) return undefined;
  const until = planned
    .flatMap(({ fulfillAt }) => fulfillAt ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  return { reason: "Shopify has scheduled its fulfilment for later", until };
}

/** `AWAITING_PAYMENT` */
const wordOf = (reason: string | undefined): string | undefined =>
  reason !== undefined && /^[A-Z_]{1,60}$/.test(reason) ? reason.toLowerCase().replaceAll("_", " ") : undefined;
