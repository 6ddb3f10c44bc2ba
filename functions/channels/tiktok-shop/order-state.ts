import type { FinancialState, Order } from "../../../shared/order.ts";
import type { TiktokOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";
import { unitState } from "./unit-state.ts";

type State = Pick<Order, "financialState" | "fulfilmentState" | "cancelledAt" | "paidAt" | "amountDue" | "hold">;

/** `status`: how far the parcel is. https://partner.tiktokshop.com/docv2/page/get-order-detail-202309 */
const FULFILMENT: Readonly<Record<string, NonNullable<Order["fulfilmentState"]>>> = {
  UNPAID: "unfulfilled",
  ON_HOLD: "unfulfilled",
  AWAITING_SHIPMENT: "unfulfilled",
  PARTIALLY_SHIPPING: "partial",
  // The shipment is arranged: a second parcel would go out.
  AWAITING_COLLECTION: "fulfilled",
  IN_TRANSIT: "fulfilled",
  DELIVERED: "fulfilled",
  COMPLETED: "fulfilled",
  CANCELLED: "unfulfilled",
};

/** Cash was collected by then. */
const DELIVERED = new Set(["DELIVERED", "COMPLETED"]);
/** Their payment is complete if the order says when it was paid. */
const PERHAPS_PAID = new Set(["ON_HOLD", "CANCELLED"]);

const BY_SELLER = "FULFILLMENT_BY_SELLER";
/** Services of the marketplace, by `fulfillment_type`. */
const SERVICES: Readonly<Record<string, string>> = {
  FULFILLMENT_BY_TIKTOK: "TikTok",
  FULFILLMENT_BY_DILAYANI_TOKOPEDIA: "Dilayani Tokopedia",
};

/** The marketplace's service that ships the order; undefined if the seller does. */
export const serviceOf = ({ fulfillment_type: type = "" }: TiktokOrder): string | undefined =>
  Object.hasOwn(SERVICES, type) ? SERVICES[type] : undefined;

/** The order's own states in our words. A word that is none of the documented ones holds it. */
export function orderState(order: TiktokOrder, settings: Settings): State {
  const status = order.status ?? "";
  const financialState = financialStateOf(order);
  const fulfilmentState = Object.hasOwn(FULFILMENT, status) ? FULFILMENT[status] : "unfulfilled";
  const cancelledAt = status === "CANCELLED" ? (order.cancel_time ?? order.update_time) : undefined;
  const isOver = cancelledAt !== undefined || fulfilmentState === "fulfilled";
  const reason = isOver ? undefined : whyHeld(order, settings);
  const isCash = order.is_cod === true && financialState === "pending" && status !== "UNPAID";
  return {
    financialState,
    fulfilmentState,
    cancelledAt,
    paidAt: financialState === "paid" ? (order.paid_time ?? undefined) : undefined,
    ...(isCash && { amountDue: order.payment.total_amount ?? undefined }),
    ...(reason !== undefined && { hold: { reason } }),
  };
}

/** An order leaves UNPAID once it is paid, or at once if the carrier collects the money. */
function financialStateOf({ status = "", is_cod: isCash, paid_time: paidAt }: TiktokOrder): FinancialState {
  if (!Object.hasOwn(FULFILMENT, status) || status === "UNPAID") return "pending";
  if (isCash) return DELIVERED.has(status) ? "paid" : "pending";
  return PERHAPS_PAID.has(status) && !paidAt ? "pending" : "paid";
}

function whyHeld(order: TiktokOrder, { tiktokShipping }: Settings): string | undefined {
  const { status = "", fulfillment_type: type } = order;
  if (!Object.hasOwn(FULFILMENT, status)) return unknown("status", status);
  if (status === "ON_HOLD") return "it is ON_HOLD: the buyer may still cancel it";
  if (order.is_buyer_request_cancel) return "the buyer asks to cancel it";
  if (serviceOf(order) !== undefined) return undefined;
  if (type !== BY_SELLER) return unknown("fulfillment_type", type);
  if (order.shipping_type === "TIKTOK" && tiktokShipping === "hold") {
    return "TikTok's carriers ship it, by TikTok's own label";
  }
  const isShown = order.line_items.some((unit) => unitState(unit) === "shipped");
  return status === "PARTIALLY_SHIPPING" && !isShown
    ? "part of it is shipped, and TikTok Shop does not say which lines"
    : undefined;
}

/** A state is no text of the buyer's, but its field could hold anything. */
const unknown = (field: string, word = ""): string =>
  /^\w{1,40}$/.test(word) ? `its ${field} "${word}" is none that TikTok Shop documents` : `it has no ${field}`;
