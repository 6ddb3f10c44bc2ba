import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { sum } from "../../../shared/decimal.ts";
import type { AmazonItem, AmazonOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference, FulfillmentStatus */
const FULFILMENT: Readonly<Record<string, "unfulfilled" | "partial" | "fulfilled">> = {
  UNSHIPPED: "unfulfilled",
  PARTIALLY_SHIPPED: "partial",
  SHIPPED: "fulfilled",
};
const CANCELLED = "CANCELLED";
/** Amazon authorises the payment, or waits for the day of release. */
const PENDING = new Set(["PENDING", "PENDING_AVAILABILITY"]);
const KNOWN = new Set([...Object.keys(FULFILMENT), ...PENDING, CANCELLED, "UNFULFILLABLE"]);

const statusOf = ({ fulfillment }: AmazonOrder): string => fulfillment?.fulfillmentStatus ?? "";

export function orderState(order: AmazonOrder) {
  const status = statusOf(order);
  const amountDue = dueOnDelivery(order);
  const isPaid = KNOWN.has(status) && !PENDING.has(status) && amountDue === undefined;
  return {
    financialState: status === CANCELLED ? "voided" : isPaid ? "paid" : "pending",
    cancelledAt: status === CANCELLED ? order.lastUpdatedTime : undefined,
    fulfilmentState: FULFILMENT[status],
    amountDue: status === CANCELLED ? undefined : amountDue,
  } as const;
}

/** What the carrier collects; undefined if the buyer has paid Amazon. */
function dueOnDelivery({ payment, proceeds, orderItems }: AmazonOrder): string | undefined {
  const collected = (payment?.paymentExecutions ?? []).filter(({ paymentMethod }) =>
    isCashOnDeliveryMethod([paymentMethod ?? ""], ["CashOnDelivery"]),
  );
  const amounts = collected.flatMap(({ paymentAmount }) => paymentAmount?.amount ?? []);
  if (amounts.length > 0) return sum(amounts);
  const isCollected = orderItems.some(
    ({ fulfillment }) => fulfillment?.shipping?.shippingConstraints?.cashOnDelivery === "MANDATORY",
  );
  return isCollected || collected.length > 0 ? proceeds?.grandTotal?.amount : undefined;
}

/** Amazon, or its carrier, ships all of it. */
export function isShippedByAmazon({ fulfillment, programs }: AmazonOrder, { amazonShips }: Settings): boolean {
  return fulfillment?.fulfilledBy === "AMAZON" || programs.some((program) => amazonShips.includes(program));
}

/** The buyer comes to a shop, whose address the order then shows as its own. */
export const isPickedUp = ({ programs }: AmazonOrder, { pickUpPrograms }: Settings): boolean =>
  programs.some((program) => pickUpPrograms.includes(program));

export const isCancelled = ({ cancellation }: AmazonItem): boolean => Boolean(cancellation?.cancellationExecution);

/** Why the order is not sent yet; undefined if it may be, or never will be. */
export function whyHeld(order: AmazonOrder, settings: Settings): string | undefined {
  const status = statusOf(order);
  if (isShippedByAmazon(order, settings) || status === CANCELLED || FULFILMENT[status] === "fulfilled")
    return undefined;
  if (status === "PENDING_AVAILABILITY") return "it is a pre-order that is not released yet";
  if (status === "PENDING") return "Amazon has not released it yet";
  if (!KNOWN.has(status)) return "Amazon does not say how far it is";
  const isAsked = order.orderItems.some((item) => item.cancellation?.cancellationRequest && !isCancelled(item));
  return isAsked && settings.buyerCancellation === "hold" ? "its buyer asks to cancel it" : undefined;
}
