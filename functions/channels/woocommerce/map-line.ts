import { plainText } from "../../../shared/connector/plain-text.ts";
import { compare, type Decimal, divide, multiply, round, subtract, sum } from "../../../shared/decimal.ts";
import type { FeeLine, LineItem, Meta, RestOrder, RestRefund } from "./payload.ts";

/** What is known of an order beside itself. */
export interface Beside {
  /** Its refunds with their lines. */
  refunds: readonly RestRefund[];
  /** IDs of lines whose products are not shipped. */
  virtualLines: ReadonlySet<string>;
}

/** An amount in the meaning of the whole order: with its tax, if the shop's prices include it. */
export function amountOf(
  { net, tax }: { net: string | null | undefined; tax: string | null | undefined },
  { prices_include_tax: withTax }: Pick<RestOrder, "prices_include_tax">,
): Decimal {
  return withTax === true ? sum([net ?? "0", tax ?? "0"]) : (net ?? "0");
}

/** @see docs/channels/woocommerce.md */
export function mapLine(line: LineItem, order: RestOrder, { refunds, virtualLines }: Beside) {
  const listed = amountOf({ net: line.subtotal, tax: line.subtotal_tax }, order);
  const { title, variantTitle } = titlesOf(line);
  return {
    id: line.id,
    sku: line.sku ?? "",
    quantity: line.quantity,
    quantityToShip: Math.max(0, line.quantity - refundedPieces(line, order, refunds)),
    productId: line.product_id,
    variantId: line.variation_id,
    title,
    variantTitle,
    unitPrice: line.quantity === 0 ? undefined : share(listed, line.quantity),
    discount: subtract(listed, amountOf({ net: line.total, tax: line.total_tax }, order)),
    taxes: taxesOf(line.taxes, order),
    properties: propertiesOf(line.meta_data),
    ships: !virtualLines.has(line.id),
  };
}

/** A fee is a line that is not shipped: it belongs to the total, and no provider makes it. */
export const mapFee = (fee: FeeLine, order: RestOrder) => ({
  id: fee.id,
  sku: "",
  quantity: 1,
  title: plainText(fee.name),
  unitPrice: amountOf({ net: fee.total, tax: fee.total_tax }, order),
  taxes: taxesOf(fee.taxes, order),
  ships: false,
});

/** Plugins write discounts as fees below zero. */
export const isDiscount = ({ total }: FeeLine): boolean => compare(total ?? "0", "0") < 0;

/** Digits after the point that a division leaves. */
const PLACES = 6;

/** The price of one piece, to the digits of the whole where they suffice. */
function share(amount: Decimal, pieces: number): Decimal {
  const exact = divide(amount, String(pieces), PLACES);
  const short = round(exact, amount.split(".")[1]?.length ?? 0);
  return compare(multiply(short, String(pieces)), amount) === 0 ? short : exact;
}

/** Newer versions name the product apart: `Tee` and `Tee - Black, M`. */
function titlesOf({ name, parent_name: parent }: LineItem) {
  const title = plainText(name);
  const product = plainText(parent);
  const rest = product === undefined ? undefined : title?.split(`${product} - `);
  const variantTitle = rest?.[0] === "" && rest.length === 2 ? rest[1] : undefined;
  return variantTitle === undefined ? { title } : { title: product, variantTitle };
}

interface LineTax {
  id: string | undefined;
  total?: string | null | undefined;
}

/** With title and rate of the order's tax lines. */
export const taxesOf = (taxes: readonly LineTax[], { tax_lines }: Pick<RestOrder, "tax_lines">) =>
  taxes.flatMap(({ id, total }) => {
    if (total === undefined || total === null) return [];
    const rate = tax_lines.find((line) => id !== undefined && line.rate_id === id);
    const percent = rate?.rate_percent;
    return {
      title: plainText(rate?.label),
      rate: percent ? fraction(percent) : undefined,
      amount: total,
    };
  });

/** 19 % as 0.19. */
const fraction = (percent: Decimal): Decimal =>
  multiply(percent, "0.01")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

/** By the names and values that the buyer saw; HTML is left to the shop's own page. */
const propertiesOf = (metas: readonly Meta[]) =>
  metas.flatMap(({ key, value, display_key: shownKey, display_value: shown }) => {
    const name = shownKey ?? key;
    if (name === undefined || value === null || value === undefined) return [];
    const isPlain = typeof shown === "string" && shown.trim() !== "" && !shown.includes("<");
    const text = isPlain ? plainText(shown.trim()) : typeof value === "object" ? JSON.stringify(value) : String(value);
    return text === "" ? [] : { name: plainText(name) ?? name, value: text };
  });

type RefundedLine = RestRefund["line_items"][number];

const pieces = (lines: readonly RefundedLine[]): number =>
  lines.reduce((count, { quantity }) => count + Math.abs(quantity ?? 0), 0);

/**
 * Pieces of a line that were refunded. A refund's line that does not name the order's line is counted for the lines of
 * its product: better to hold back a piece than to give away a refunded one. A refund of money alone has no pieces.
 */
function refundedPieces(line: LineItem, { line_items }: RestOrder, refunds: readonly RestRefund[]): number {
  const known = new Set(line_items.map(({ id }) => id));
  const isOf = (refunded: RefundedLine) => {
    const named = namedLine(refunded);
    if (named !== undefined && known.has(named)) return named === line.id;
    return refunded.product_id === line.product_id && refunded.variation_id === line.variation_id;
  };
  return pieces(refunds.flatMap((refund) => refund.line_items).filter(isOf));
}

const namedLine = ({ meta_data }: RefundedLine): string | undefined => {
  const value = meta_data.find(({ key }) => key === "_refunded_item_id")?.value;
  return value === undefined || value === null ? undefined : String(value);
};
