import * as z from "zod/mini";
import { add, multiply, subtract, sum } from "../../shared/decimal.ts";
import { type Address, type Line, Order } from "../../shared/order.ts";
import type { PartialOrder } from "./partial-order.ts";

/** What an order is completed from. */
export interface OrderSource {
  /** For an order that names no ID. */
  newId(): string;
  newLineId(position: number): string;
  /** The number the buyer sees, for an order that names none. */
  newNumber(): string;
  /** The same order as this channel already has it: what a later event does not name stays as it was. */
  known: Order | undefined;
  /** ms since the epoch. */
  now: number;
}

const ADDRESS: Address = {
  name: "Ada Byron",
  firstName: "Ada",
  lastName: "Byron",
  street1: "1 Main Street",
  city: "Louisville",
  province: "Kentucky",
  provinceCode: "KY",
  postcode: "40202",
  country: "US",
  phone: "+1 502 555 0100",
};
const BUYER = { name: "Ada Byron", firstName: "Ada", lastName: "Byron", email: "ada@example.invalid" };
const LINE = { sku: "DEMO-TEE-M", title: "Tee", quantity: 2, unitPrice: "19.99" };
const SHIPPING = { method: "Standard", code: "standard", price: "5.00" };

/** A whole order from any part of one: by default a new paid one that every provider's simulator takes. */
export function completeOrder(part: PartialOrder, source: OrderSource): Order {
  const { known, now } = source;
  const updatedAt = laterThan(known?.updatedAt, now);
  const order = {
    number: known?.number ?? source.newNumber(),
    placedAt: known?.placedAt ?? earliest(part.paidAt, part.updatedAt, part.cancelledAt) ?? updatedAt,
    currency: "USD",
    financialState: "paid",
    buyer: BUYER,
    ...known,
    ...part,
    id: part.id ?? source.newId(),
    updatedAt: part.updatedAt ?? updatedAt,
    lines: linesOf(part, source),
    shippingAddress: part.shippingAddress === null ? null : addressOf(part.shippingAddress, known),
    shipping: { ...(known?.shipping ?? SHIPPING), ...part.shipping },
  };
  return z.parse(Order, { ...order, ...amountsOf(order, part) });
}

/** Now, or a second after the last change: a channel's clock may count in seconds, and a later change is later. */
function laterThan(last: string | undefined, now: number): string {
  return new Date(Math.max(now, last === undefined ? 0 : Date.parse(last) + 1000)).toISOString();
}

/** An order is placed before anything else happens to it. */
const earliest = (...times: (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort((a, b) => Date.parse(a) - Date.parse(b))[0];

function linesOf({ lines }: PartialOrder, { known, newLineId }: OrderSource): Line[] {
  if (lines === undefined) return known?.lines ?? [{ id: newLineId(0), ...LINE }];
  return lines.map((line, position) => ({ ...LINE, id: newLineId(position), ...line }) as Line);
}

/**
 * Fields an address lacks are those of the demo's, unless it is in another country: a mixed address would be nowhere.
 */
function addressOf(part: PartialOrder["shippingAddress"], known: Order | undefined): Address | null {
  const base = known === undefined ? ADDRESS : known.shippingAddress;
  if (part === undefined || part === null) return base;
  const merges = part.country === undefined || part.country === base?.country;
  return { ...(merges && base), ...part } as Address;
}

type Priced = { lines: Line[]; shipping: NonNullable<Order["shipping"]>; pricesIncludeTax?: boolean | undefined };

/** The sums that the order's lines and shipping come to, where the request does not give them itself. */
function amountsOf({ lines, shipping, pricesIncludeTax }: Priced, part: PartialOrder) {
  const discount = part.discount ?? sum(lines.map((line) => line.discount ?? "0"));
  const gross = sum(lines.map(({ unitPrice = "0", quantity }) => multiply(unitPrice, String(quantity))));
  const subtotal = part.subtotal ?? subtract(gross, discount);
  const tax = part.tax ?? sum(lines.flatMap(({ taxes = [] }) => taxes.map(({ amount }) => amount ?? "0")));
  const delivery = subtract(shipping.price ?? "0", shipping.discount ?? "0");
  const total = part.total ?? sum([subtotal, delivery, pricesIncludeTax === true ? "0" : tax].map(String));
  return { discount, subtotal, tax, total: add(total, "0") };
}
