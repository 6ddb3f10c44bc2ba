import { compare, type Decimal, subtract, sum } from "../../../shared/decimal.ts";
import { defined } from "../../../shared/defined.ts";
import type { FinancialState, Order } from "../../../shared/order.ts";
import type { RestOrder } from "./payload.ts";
import { type Settings, STATUSES } from "./settings.ts";
import { timeOf } from "./time-of.ts";

/** Before the buyer has placed the order. */
const DRAFTS: ReadonlySet<string> = new Set(["checkout-draft", "auto-draft", "draft", "new"]);
/** In the bin of the shop's admin, from which it may come back. */
const TRASH = "trash";

const ON_HOLD = "on-hold: the shop waits for the payment, or for a decision";
const DRAFT = "the buyer has not placed it yet";

/** What the order's status says, in WooCommerce's own words or by the setting `statuses`; undefined: it is not known. */
type Status = (typeof STATUSES)[number] | typeof TRASH | "draft" | undefined;

export const isDraft = ({ status }: Pick<RestOrder, "status">): boolean => DRAFTS.has(plain(status));

/** Older code writes `wc-processing`, as the database does. */
const plain = (status: string): string => status.replace(/^wc-/, "");

function statusOf(rest: Pick<RestOrder, "status">, { statuses }: Settings): Status {
  const status = plain(rest.status);
  if (Object.hasOwn(statuses, status)) return statuses[status];
  if (status === TRASH) return TRASH;
  return isDraft(rest) ? "draft" : STATUSES.find((known) => known === status);
}

/** Nothing of it is sent any more. */
export function isOver(rest: Pick<RestOrder, "status">, settings: Settings): boolean {
  const status = statusOf(rest, settings);
  return status === "cancelled" || status === "refunded" || status === TRASH;
}

type State = Pick<Order, "financialState" | "fulfilmentState"> &
  Partial<Pick<Order, "paidAt" | "cancelledAt" | "amountDue" | "hold" | "refunded">>;

/** The financial, fulfilment and cancellation state of an order: docs/channels/woocommerce.md. @throws MalformedEvent */
export function orderState(rest: RestOrder, settings: Settings, updatedAt: string): State {
  const status = statusOf(rest, settings);
  const paidAt = timeOf(rest, "date_paid", settings);
  const refunded = refundedOf(rest);
  const paysOnDelivery = isListed(rest.payment_method, settings.cashOnDelivery);
  const isPaid = paidAt !== undefined || status === "completed" || (status === "processing" && !paysOnDelivery);
  const wasShipped = status === "completed" || (isOver(rest, settings) && hasEnded(rest));
  return {
    financialState: financialState({ rest, status, isPaid, refunded }),
    fulfilmentState: wasShipped ? "fulfilled" : "unfulfilled",
    ...defined({
      paidAt,
      refunded,
      cancelledAt: status === "cancelled" || status === TRASH ? updatedAt : undefined,
      amountDue: paysOnDelivery && !isPaid && status === "processing" ? owed(rest, refunded) : undefined,
      hold: holdOf(rest, status, isPaid),
    }),
  };
}

const hasEnded = (rest: RestOrder): boolean => (rest.date_completed_gmt ?? rest.date_completed) !== undefined;

/** What was paid back, as a positive amount. */
function refundedOf({ refunds }: RestOrder): Decimal | undefined {
  if (refunds.length === 0) return undefined;
  return sum(refunds.map(({ total }) => (total ?? "0").replace(/^-/, "")));
}

const owed = ({ total }: RestOrder, refunded: Decimal = "0"): Decimal | undefined =>
  total === undefined || total === null ? undefined : subtract(total, refunded);

interface Payment {
  rest: RestOrder;
  status: Status;
  isPaid: boolean;
  refunded: Decimal | undefined;
}

function financialState({ rest, status, isPaid, refunded = "0" }: Payment): FinancialState {
  if (status === "refunded") return "refunded";
  if (!isPaid) return status === "cancelled" || status === TRASH ? "voided" : "pending";
  if (compare(refunded, "0") === 0) return "paid";
  return rest.total && compare(refunded, rest.total) >= 0 ? "refunded" : "partially-refunded";
}

function holdOf({ status: given }: RestOrder, status: Status, isPaid: boolean): Order["hold"] {
  if (status === "on-hold") return { reason: ON_HOLD };
  if (status === "draft") return { reason: DRAFT };
  // A direct debit that bounced, or a payment that was contested: WooCommerce never takes `date_paid` back.
  if (isPaid && (status === "failed" || status === "pending")) {
    return { reason: `its status is "${plain(given).slice(0, 40)}" although it was paid` };
  }
  if (status !== undefined) return undefined;
  return { reason: `its status "${plain(given).slice(0, 40)}" is not WooCommerce's: name it in the setting statuses` };
}

const isListed = (id: string | undefined, listed: readonly string[]): boolean =>
  listed.some((other) => other.trim().toLowerCase() === id?.toLowerCase());
