import { compare } from "../../../shared/decimal.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import { refundedIn } from "./money-of.ts";
import type { EbayOrder, Instruction, LineItem, Shipment } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:OrderPaymentStatusEnum */
const FINANCIAL: Readonly<Record<string, FinancialState>> = {
  PAID: "paid",
  PENDING: "pending",
  FAILED: "pending",
  FULLY_REFUNDED: "refunded",
  PARTIALLY_REFUNDED: "partially-refunded",
};
const FULFILMENT: Readonly<Record<string, NonNullable<Order["fulfilmentState"]>>> = {
  NOT_STARTED: "unfulfilled",
  IN_PROGRESS: "partial",
  FULFILLED: "fulfilled",
};

/** What the order says of its money, its parcels and its cancellation. */
export function orderState(order: EbayOrder) {
  const { cancelStatus, orderPaymentStatus = "", orderFulfillmentStatus = "", paymentSummary } = order;
  const payments = paymentSummary?.payments ?? [];
  const paid = payments.filter(({ paymentStatus }) => paymentStatus === "PAID");
  const isCancelled = cancelStatus?.cancelState === "CANCELED";
  const refunds = paymentSummary?.refunds ?? [];
  return {
    // An unknown word waits, as a payment does.
    financialState: FINANCIAL[orderPaymentStatus] ?? "pending",
    paidAt: paid
      .flatMap(({ paymentDate }) => paymentDate ?? [])
      .toSorted()
      .at(-1),
    cancelledAt: isCancelled ? (cancelStatus.cancelledDate ?? order.lastModifiedDate) : undefined,
    fulfilmentState: FULFILMENT[orderFulfillmentStatus],
    refunded: refunds.length === 0 ? undefined : refundedIn(currencyOf(order), refunds),
  };
}

export const currencyOf = ({ pricingSummary }: EbayOrder): string => pricingSummary.total.currency;

/** Why the order is not sent yet; undefined if it may be. */
export function whyHeld(order: EbayOrder, shipments: readonly Shipment[], settings: Settings): string | undefined {
  const { cancelStatus, lineItems } = order;
  if (cancelStatus?.cancelState === "IN_PROGRESS") return "its cancellation is requested";
  const ways = new Set(order.fulfillmentStartInstructions.map(wayOf));
  ways.delete("digital");
  if (ways.size > 1) return "it is fulfilled in several ways, and eBay does not say which line is in which";
  const isOpen = lineItems.some((line) => piecesOf(line, order, shipments).toShip > 0);
  if (settings.partialRefunds === "send" || !isOpen || !hasUnexplainedRefund(order)) return undefined;
  return "an amount of it is refunded that is no whole line";
}

/** How a part of the order reaches the buyer. */
export function wayOf({ fulfillmentInstructionsType: type, pickupStep, shippingStep }: Instruction) {
  if (type === "FULFILLED_BY_EBAY") return "ebay";
  if (type === "DIGITAL") return "digital";
  // By Click and Collect the seller sends the parcel to the store where the buyer picks it up.
  return type === "PREPARE_FOR_PICKUP" && (pickupStep || !shippingStep?.shipTo) ? "pick-up" : "ship";
}

/** eBay, or a partner of its, packs and ships the order. */
export function isShippedByEbay({ program, fulfillmentStartInstructions }: EbayOrder): boolean {
  if (program?.fulfillmentProgram?.fulfilledBy !== undefined) return true;
  // VAULT_TO_BUYER, VAULT_TO_VAULT; SELLER_TO_VAULT is a parcel of the seller's.
  if (program?.ebayVault?.fulfillmentType?.startsWith("VAULT_TO_")) return true;
  return fulfillmentStartInstructions.length > 0 && fulfillmentStartInstructions.every((one) => wayOf(one) === "ebay");
}

/** How many pieces of a line are sent, cancelled or still to be sent. */
export function piecesOf(line: LineItem, order: EbayOrder, shipments: readonly Shipment[]) {
  const { lineItemId, quantity, lineItemFulfillmentStatus: status } = line;
  const left = shipments
    .flatMap(({ lineItems }) => lineItems)
    .reduce((pieces, item) => (item.lineItemId === lineItemId ? pieces + (item.quantity ?? quantity) : pieces), 0);
  const fulfilled = status === "FULFILLED" ? quantity : Math.min(left, quantity);
  return { fulfilled, toShip: isRefunded(line, order) ? 0 : quantity - fulfilled };
}

/** The whole line's money went back, with or without the delivery's. */
function isRefunded(line: LineItem, order: EbayOrder): boolean {
  const currency = currencyOf(order);
  const back = refundedIn(currency, line.refunds) ?? "0";
  const goods = line.discountedLineItemCost ?? line.lineItemCost;
  return compare(back, "0") > 0 && goods.currency === currency && compare(back, goods.value) >= 0;
}

function hasUnexplainedRefund(order: EbayOrder): boolean {
  if (order.orderPaymentStatus !== "PARTIALLY_REFUNDED") return false;
  const refunded = order.lineItems.filter(({ refunds }) => refunds.length > 0);
  return refunded.length === 0 || !refunded.every((line) => isRefunded(line, order));
}
