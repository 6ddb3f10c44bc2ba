import * as z from "zod/mini";
import { countryCode } from "./country-code.ts";
import { compare, isDecimal, normalise } from "./decimal.ts";
import { ServiceLevel, ShippingKind } from "./shipping-kind.ts";

const absentIfNull = <T>(value: T | null) => value ?? undefined;
const optional = <T extends z.ZodMiniType>(schema: T) =>
  z.optional(z.pipe(z.nullable(schema), z.transform(absentIfNull<z.output<T>>)));
/** One schema of each kind, shared by all fields: making schemas is a large part of a cold start. */
const made = new Map<z.ZodMiniType, z.ZodMiniType>();

/** An optional field. `null` means the same as absent, as most senders use it. */
function maybe<T extends z.ZodMiniType>(schema: T): ReturnType<typeof optional<T>> {
  const known = made.get(schema) ?? optional(schema);
  made.set(schema, known);
  return known as ReturnType<typeof optional<T>>;
}

/** Numbers are accepted too: an ID keeps the digits of the raw text (json.ts). */
const Id = z.pipe(
  z.union([z.string().check(z.minLength(1), z.maxLength(255)), z.number()]),
  z.transform((id) => String(id)),
);
/**
 * Characters of a text: as many as an event of 6 MB has, since some apps write a whole picture into a property. Texts
 * are only in an order's body, which may be large.
 */
const LONGEST_TEXT = 6_000_000;
export const Text = z.string().check(z.maxLength(LONGEST_TEXT));
/** A word or a name that reasons quote, and that is part of keys: DynamoDB takes 1,024 bytes of a sort key. */
export const Name = z.string().check(z.maxLength(255));
/** Of each list but the lines. */
const LONGEST_LIST = 1_000;
const list = <T extends z.ZodMiniType>(schema: T) => z.array(schema).check(z.maxLength(LONGEST_LIST));
/** So many fit the functions' memory; only MOST_LINES are sent. */
const MOST_LINES_READ = 20_000;
const Flag = z.boolean();

const LONGEST_AMOUNT = 64;

/** A decimal string; money is never a float. A JSON number keeps the digits it was written with. */
export const Amount = z.pipe(
  z.union([z.string().check(z.maxLength(LONGEST_AMOUNT)), z.number()]),
  z.transform((value, context) => {
    const text = String(value);
    const amount = isDecimal(text) ? normalise(text) : "";
    // Checked once it is written out: 1e400 has 401 digits, and what was accepted must be readable again.
    if (amount !== "" && amount.length <= LONGEST_AMOUNT) return amount;
    context.issues.push({ code: "custom", message: "not a decimal amount", input: value });
    return z.NEVER;
  }),
);

/** ISO 8601 with a zone, kept as UTC with milliseconds. */
export const Instant = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text, context) => {
    const utc = new Date(text).toISOString();
    // The first and last hours of the years 0000 and 9999 may be outside of them in UTC, and texts of such years do not
    // sort with the others.
    if (/^\d/.test(utc)) return utc;
    context.issues.push({ code: "custom", message: "not a time of the years 0 to 9999", input: text });
    return z.NEVER;
  }),
);

const upper = (pattern: RegExp, message: string) =>
  z.pipe(
    z.string().check(z.regex(pattern, message)),
    z.transform((text) => text.toUpperCase()),
  );
/**
 * Kept as ISO 3166-1 alpha-2; three letters and names of countries are understood. A text without a letter (empty, or
 * masked) is no country.
 */
export const Country = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const code = countryCode(text);
    if (code !== undefined || !/\p{L}/u.test(text)) return code;
    context.issues.push({ code: "custom", message: "not an ISO 3166-1 country", input: text });
    return z.NEVER;
  }),
);
/** ISO 4217. */
const Currency = upper(/^[A-Za-z]{3}$/, "not an ISO 4217 currency");
/** `2.0` and `2e0` are integers in JSON Schema, and some senders write them. */
const Quantity = z.pipe(
  z.union([
    z.int().check(z.minimum(0)),
    z.string().check(z.regex(/^\d{1,9}(\.0+)?([eE]\+?0)?$/, "not a whole number")),
  ]),
  z.transform((quantity) => Number(quantity)),
);

/** Where a parcel, or an invoice, goes. Any field may be missing: marketplaces hide some of them. */
export const Address = z.object({
  name: maybe(Text),
  firstName: maybe(Text),
  lastName: maybe(Text),
  company: maybe(Text),
  street1: maybe(Text),
  street2: maybe(Text),
  district: maybe(Text),
  city: maybe(Text),
  province: maybe(Text),
  provinceCode: maybe(Text),
  postcode: maybe(Text),
  country: maybe(Country),
  phone: maybe(Text),
  email: maybe(Text),
  latitude: maybe(Amount),
  longitude: maybe(Amount),
  /** What the driver should know. */
  remark: maybe(Text),
});
export type Address = z.infer<typeof Address>;

/** `rate` is a fraction: 0.19 for 19 %. */
const Tax = z.object({ title: maybe(Text), rate: maybe(Amount), amount: maybe(Amount) });
/** Senders write sizes and ticks as they are: 12, true. Any other value makes the order unreadable. */
const Scalar = z.pipe(
  z.union([Text, z.number(), z.boolean()]),
  z.transform((value) => String(value)),
);
const NameValue = z.object({ name: Scalar, value: maybe(Scalar) });
const NameValues = list(NameValue);

export const Line = z.object({
  id: Id,
  /**
   * IDs of the channel's own lines, if it has one for each unit and this line merges them: its API takes these later.
   */
  sourceIds: maybe(list(Id)),
  /** Our SKU, by which providers know the product. Empty if the shop gave none. */
  sku: Name,
  /** As ordered. */
  quantity: Quantity,
  /**
   * Ordered, minus refunded, cancelled and already fulfilled: this many are sent to providers. A line with 0 is not
   * sent. Default: `quantity`.
   */
  quantityToShip: maybe(Quantity),
  /** Of `quantity`, already shipped. A line that was shipped is no line that was removed after it was sent. */
  fulfilled: maybe(Quantity),
  productId: maybe(Id),
  variantId: maybe(Id),
  title: maybe(Text),
  variantTitle: maybe(Text),
  vendor: maybe(Text),
  /** Of one unit, before discounts. */
  unitPrice: maybe(Amount),
  compareAtPrice: maybe(Amount),
  /** Of the whole line. */
  discount: maybe(Amount),
  /** Of the whole line. */
  taxes: maybe(list(Tax)),
  /** Personalisation: engraving, size, message. */
  properties: maybe(NameValues),
  /** False for tips, downloads and gift cards that are sent by e-mail. */
  ships: maybe(Flag),
  /** The service that ships it, if that is neither the shop nor us: `amazon`. Such a line is not sent. */
  fulfilledBy: maybe(Name),
  /** Of one unit. */
  customsValue: maybe(Amount),
  customsCurrency: maybe(Currency),
});
export type Line = z.infer<typeof Line>;

const Buyer = z.object({
  id: maybe(Id),
  name: maybe(Text),
  firstName: maybe(Text),
  lastName: maybe(Text),
  email: maybe(Text),
  phone: maybe(Text),
  /** BCP 47, as the channel gives it: `de`, `pt-BR`. */
  language: maybe(Text),
  ip: maybe(Text),
});

const TAX_IDS = ["vat", "ioss", "eori", "national", "tax-office"] as const;
const TaxId = z.object({
  type: z.pipe(
    z.enum([...TAX_IDS, "tax_office"]),
    z.transform((type) => type.replace("_", "-") as (typeof TAX_IDS)[number]),
  ),
  value: Text,
});

const Shipping = z.object({
  kind: maybe(ShippingKind),
  /** As the buyer saw it. */
  method: maybe(Text),
  code: maybe(Text),
  serviceLevel: maybe(ServiceLevel),
  price: maybe(Amount),
  discount: maybe(Amount),
  /** A fraction: 0.19 for 19 %. */
  taxRate: maybe(Amount),
  /** Requested by the buyer or promised by the shop. */
  deliverFrom: maybe(Instant),
  deliverUntil: maybe(Instant),
  shipBy: maybe(Instant),
});
export type Shipping = z.infer<typeof Shipping>;

const FINANCIAL_STATES = [
  "pending",
  "authorized",
  "partially-paid",
  "paid",
  "partially-refunded",
  "refunded",
  "voided",
] as const;

/** Underscores are accepted too, as most channels write them. */
const FinancialState = z.pipe(
  z.enum([...FINANCIAL_STATES, "partially_paid", "partially_refunded"]),
  z.transform((state) => state.replace("_", "-") as (typeof FINANCIAL_STATES)[number]),
);
export type FinancialState = z.infer<typeof FinancialState>;

/** The channel's own reason not to send an order yet. */
const Hold = z.object({
  /** A sentence or the channel's word; no personal data. */
  reason: z.string().check(z.minLength(1), z.maxLength(200)),
  /** When the channel expects it to end. */
  until: maybe(Instant),
});

/**
 * What a buyer ordered, in our own schema. Every channel's order is mapped to it, and every provider's order from it.
 * It is also the body of channel `standard`, published as docs/order.schema.json. Unknown fields are ignored.
 */
export const Order = z.object({
  /** The channel's own, unique within the connection. */
  id: Id,
  /** The number the buyer sees. */
  number: maybe(Id),
  placedAt: Instant,
  paidAt: maybe(Instant),
  /** The channel's freshness: an older one never overwrites a newer one. */
  updatedAt: Instant,
  /** The channel's count of its changes, where it has one: of two states of one time, the higher is newer. */
  version: maybe(Quantity),
  cancelledAt: maybe(Instant),
  salesPlatform: maybe(Text),
  shopName: maybe(Text),

  lines: z.array(Line).check(z.maxLength(MOST_LINES_READ)),
  /** Null if nothing has to be shipped. */
  shippingAddress: z.nullable(Address),
  billingAddress: maybe(Address),
  buyer: maybe(Buyer),
  taxIds: maybe(list(TaxId)),

  /** The shop's, in which all amounts here are given. */
  currency: Currency,
  /** In which the buyer paid. */
  buyerCurrency: maybe(Currency),
  /** Of the lines, after their discounts. */
  subtotal: maybe(Amount),
  discount: maybe(Amount),
  discountCodes: maybe(list(Text)),
  tax: maybe(Amount),
  total: maybe(Amount),
  /** So far. */
  refunded: maybe(Amount),
  pricesIncludeTax: maybe(Flag),

  financialState: FinancialState,
  paymentMethod: maybe(Text),
  /** Cash on delivery: what the carrier collects. Such an order is sent unpaid. Ignored for a paid order. */
  amountDue: maybe(Amount),

  shipping: maybe(Shipping),
  gift: maybe(Flag),
  giftMessage: maybe(Text),
  note: maybe(Text),
  attributes: maybe(NameValues),
  tags: maybe(list(Text)),
  fulfilmentState: maybe(z.enum(["unfulfilled", "partial", "fulfilled"])),
  /** Held until the channel lifts it. */
  hold: maybe(Hold),
  test: maybe(Flag),
});
export type Order = z.infer<typeof Order>;

/** How far an order has come. At equal times, the further one is newer (design.md P6). */
export type Progress = "placed" | "paid" | "cancelled";

/** Partially refunded counts as paid, refunded and voided as cancelled. */
export function progressOf(order: Pick<Order, "financialState" | "cancelledAt">): Progress {
  if (order.cancelledAt || order.financialState === "refunded" || order.financialState === "voided") return "cancelled";
  return order.financialState === "paid" || order.financialState === "partially-refunded" ? "paid" : "placed";
}

/** Whether the carrier collects money: an unpaid order with an amount due on delivery. */
export const isCashOnDelivery = (order: Pick<Order, "amountDue" | "financialState" | "cancelledAt">): boolean =>
  order.amountDue !== undefined && compare(order.amountDue, "0") > 0 && progressOf(order) === "placed";

/** How many of a line are sent to providers: 0 of a line that is not shipped, or that another service ships. */
export const quantityToShip = (line: Line): number =>
  line.ships === false || line.fulfilledBy !== undefined
    ? 0
    : Math.min(line.quantityToShip ?? line.quantity, line.quantity);

const leavesByParcel = ({ shipping }: Pick<Order, "shipping">): boolean => (shipping?.kind ?? "ship") === "ship";

/** The lines that are sent to providers. None of an order that is fulfilled or not shipped. */
export const linesToShip = (order: Order): Line[] =>
  order.fulfilmentState === "fulfilled" || !leavesByParcel(order)
    ? []
    : order.lines.filter((line) => quantityToShip(line) > 0);

/** Lines of an order that are sent; Shopify's largest orders have 500. */
const MOST_LINES = 2_000;
/** Of all line IDs together, bytes: a delivery stores its lines, and DynamoDB takes 400 KB of an item. */
const MOST_ID_BYTES = 200_000;

/** Why an order is too large to be sent; undefined if it is not. A sentence's part: "has 2,001 lines, …". */
export function oversize(lines: readonly Pick<Line, "id">[]): string | undefined {
  if (lines.length > MOST_LINES) {
    return `has ${lines.length} lines to ship, and orders of more than ${MOST_LINES} are not sent: split it`;
  }
  const bytes = lines.reduce((sum, { id }) => sum + Buffer.byteLength(id), 0);
  return bytes > MOST_ID_BYTES
    ? `has line IDs of ${bytes} bytes, and more than ${MOST_ID_BYTES} are not sent`
    : undefined;
}
