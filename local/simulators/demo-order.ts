import * as z from "zod/mini";
import { add, multiply, subtract, sum } from "../../shared/decimal.ts";
import { type Address, type Line, Order } from "../../shared/order.ts";
import type { PartialOrder } from "./partial-order.ts";

/** Values that complete an order. */
export interface OrderSource {
  /** ID of an order that has none. */
  newId(): string;
  newLineId(position: number): string;
  /** The number that the buyer sees, for an order that has none. */
  newNumber(): string;
  /** The same order as the channel already has it: fields that a later event does not name keep their values. */
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

/** Completes any part of an order. Default: a new paid order that every provider's simulator accepts. */
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

/** Now, but at least a second after the last change: a channel's clock may count in seconds. */
function laterThan(last: string | undefined, now: number): string {
  return new Date(Math.max(now, last === undefined ? 0 : Date.parse(last) + 1000)).toISOString();
}

/** An order is placed before its other times. */
const earliest = (...times: (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort((a, b) => Date.parse(a) - Date.parse(b))[0];

function linesOf({ lines }: PartialOrder, { known, newLineId }: OrderSource): Line[] {
  if (lines === undefined) return known?.lines ?? [{ id: newLineId(0), ...LINE }];
  return lines.map((line, position) => ({ ...LINE, id: newLineId(position), ...line }) as Line);
}

/** Fills missing fields from the demo address, unless the country differs: a mixed address would not exist. */
function addressOf(part: PartialOrder["shippingAddress"], known: Order | undefined): Address | null {
  const base = known === undefined ? ADDRESS : known.shippingAddress;
  if (part === undefined || part === null) return base;
  const merges = part.country === undefined || part.country === base?.country;
  return { ...(merges && base), ...part } as Address;
}

type Priced = { lines: Line[]; shipping: NonNullable<Order["shipping"]>; pricesIncludeTax?: boolean | undefined };

/** The sums of the order's lines and shipping, unless the request gives its own. */
function amountsOf({ lines, shipping, pricesIncludeTax }: Priced, part: PartialOrder) {
  const discount = part.discount ?? sum(lines.map((line) => line.discount ?? "0"));
  const gross = sum(lines.map(({ unitPrice = "0", quantity }) => multiply(unitPrice, String(quantity))));
  const subtotal = part.subtotal ?? subtract(gross, discount);
  const tax = part.tax ?? sum(lines.flatMap(({ taxes = [] }) => taxes.map(({ amount }) => amount ?? "0")));
  const delivery = subtract(shipping.price ?? "0", shipping.discount ?? "0");
  const total = part.total ?? sum([subtotal, delivery, pricesIncludeTax === true ? "0" : tax].map(String));
  return { discount, subtotal, tax, total: add(total, "0") };
}
