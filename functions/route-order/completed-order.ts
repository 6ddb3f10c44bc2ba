import { type Unmasked, withoutMasks } from "../../shared/masked.ts";
import { linesToShip, type Order, progressOf } from "../../shared/order.ts";

/** `hold.reason` of an order that cannot be sent as the channel gives it. It lasts until an event brings the rest. */
export const NO_LINES = "it has no lines yet";
export const NO_ADDRESS = "it has no shipping address";
export const BUYER_HIDDEN =
  "the channel gives no name, street, city or postcode: the shop's plan or the app's access hides the buyer";
export const BUYER_LOST = "the channel no longer gives the buyer's address; it is not sent to the one we knew";

/** What the ledger has of the order. */
export interface Known {
  /** The record knows who bought it. */
  hasBuyer: boolean;
  /** It was found to be no parcel, which needs no address. */
  isNotRouted: boolean;
  /** As it is stored; undefined once it expired or was erased. Read only if it is needed. */
  read(): Promise<Order | undefined>;
}

/**
 * The order as it is recorded. A channel that masks or empties a buyer, or leaves out the lines, says nothing of them:
 * what was known of the order stays. Where nothing was known, the order is held until an event brings it.
 * @param known undefined for a new order
 */
export async function completedOrder(given: Order, known: Known | undefined): Promise<Order> {
  const alone = withoutMasks(given);
  const stored = known && lacksWhatIsKnown(alone, known) ? await known.read() : undefined;
  const { order, masked } = stored ? withoutMasks(withLines(given, stored), stored) : alone;
  const isLost = stored !== undefined && masked.length === 0 && hasLostAddress(order, stored);
  const completed = stored ? withBuyer(isLost ? withAddress(order, stored) : order, stored) : order;
  const reason = isLost ? BUYER_LOST : whyHeld(completed, masked);
  if (reason === undefined || completed.hold || progressOf(completed) === "cancelled") return completed;
  return { ...completed, hold: { reason } };
}

function lacksWhatIsKnown({ order, hasMasks }: Unmasked, { hasBuyer, isNotRouted }: Known): boolean {
  if (order.lines.length === 0 || hasMasks) return true;
  if (hasBuyer && isEmpty(order.buyer, CONTACT)) return true;
  return !isNotRouted && isEmpty(order.shippingAddress, PLACE) && order.shipping?.kind !== "digital";
}

const PLACE = ["name", "firstName", "lastName", "street1", "city", "postcode"] as const;
const CONTACT = ["name", "firstName", "lastName", "email", "phone"] as const;

function isEmpty<T extends object>(given: T | null | undefined, fields: readonly (keyof T)[]): boolean {
  return fields.every((field) => !given?.[field]);
}

const withLines = (order: Order, { lines }: Order): Order => (order.lines.length > 0 ? order : { ...order, lines });

/** A buyer with another ID is another one. */
function withBuyer(order: Order, { buyer }: Order): Order {
  const isOther = order.buyer?.id !== undefined && order.buyer.id !== buyer?.id;
  return buyer && !isOther && isEmpty(order.buyer, CONTACT) ? { ...order, buyer } : order;
}

/** The channel had an address to ship to, and has none any more. */
function hasLostAddress({ shippingAddress, shipping }: Order, stored: Order): boolean {
  if (!isEmpty(shippingAddress, PLACE) || isEmpty(stored.shippingAddress, PLACE)) return false;
  // By another method the buyer picks it up after all, and it has no address by right.
  return (stored.shipping?.kind ?? "ship") === "ship" && shipping?.method === stored.shipping?.method;
}

/** The way of shipping too: a reader may have taken the missing address for a pick-up. */
function withAddress(order: Order, { shippingAddress, billingAddress, shipping }: Order): Order {
  const billing = isEmpty(order.billingAddress, PLACE) ? billingAddress : order.billingAddress;
  return { ...order, shippingAddress, shipping, billingAddress: billing };
}

const whyMasked = (masked: readonly string[]): string | undefined =>
  masked.length > 0 ? `the channel masks ${masked.join(", ")} of the shipping address` : undefined;

function whyHeld(order: Order, masked: readonly string[]): string | undefined {
  if (order.lines.length === 0) return NO_LINES;
  if (linesToShip(order).length === 0) return undefined;
  const { shippingAddress } = order;
  if (masked.length > 0) return whyMasked(masked);
  if (shippingAddress === null) return NO_ADDRESS;
  const hides = isEmpty(shippingAddress, PLACE) && !shippingAddress.phone && shippingAddress.country !== undefined;
  return hides ? BUYER_HIDDEN : undefined;
}
