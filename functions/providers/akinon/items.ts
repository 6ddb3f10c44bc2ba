import { add, compare, type Decimal, divide, multiply, round, split, sum } from "../../../shared/decimal.ts";
import { Rejected } from "../../../shared/errors.ts";
import { type Line, type Order, quantityToShip } from "../../../shared/order.ts";
import type { Account } from "../provider.ts";
import type { KnownLine } from "./products.ts";
import type { Secret, Settings } from "./settings.ts";

/** An order item's figures. */
export interface Item {
  line: Line;
  product: string;
  /** `extra_field.id`: the line's ID, with 1…n behind it where each unit is an item. */
  id: string;
  quantity: number;
  /** Of one. */
  price: Decimal;
  /** Before the discount. */
  total: Decimal;
  discount: Decimal;
  /** Undefined where the channel does not say. */
  tax: Decimal | undefined;
  /** In percent. */
  taxRate: Decimal | undefined;
  retailPrice: Decimal;
}

/** Items of an order beyond this are taken for a mistake; Omnitron names no limit. */
const MAX_ITEMS = 5_000;

/** One item a unit, or a line: reference/providers.md 4.2. What does not divide goes to the last of a line's units. */
export function itemsOf(
  known: readonly KnownLine[],
  order: Order,
  { settings, destination }: Account<Settings, Secret>,
): Item[] {
  const count = settings.items === "per-line" ? known.length : known.reduce((all, { quantity }) => all + quantity, 0);
  if (count > MAX_ITEMS) {
    throw new Rejected(
      `The order has ${count} units, an item each, and ${destination} gets at most ${MAX_ITEMS}: set items of that destination to "per-line", or split the order.`,
    );
  }
  return known.flatMap((each) => {
    const figures = figuresOf(each, order, settings, destination);
    return settings.items === "per-line" ? [wholeLine(each, figures, settings)] : units(each, figures);
  });
}

interface Figures {
  price: Decimal;
  discount: Decimal;
  tax: Decimal | undefined;
  taxRate: Decimal | undefined;
  retailPrice: Decimal;
  /** Whether the tax comes on top of `price`. */
  addTax: boolean;
}

function figuresOf(
  { line, packSize }: KnownLine,
  order: Order,
  { decimals, prices, missingPrice }: Settings,
  destination: string,
): Figures {
  const unitPrice = line.unitPrice ?? missingPrice;
  if (unitPrice === undefined) {
    throw new Rejected(
      `The order's line ${line.id} has no unit price, which ${destination} requires: set missingPrice of that destination in the stage file.`,
    );
  }
  const ofPack = (price: Decimal) => round(multiply(price, String(packSize)), decimals);
  /** Of the whole line's amount, what falls on the units that are sent. */
  const ofSent = (amount: Decimal) =>
    round(divide(multiply(amount, String(quantityToShip(line))), String(line.quantity), decimals + 4), decimals);
  const { taxes } = line;
  const amounts = taxes?.flatMap(({ amount }) => amount ?? []);
  const rates = taxes?.flatMap(({ rate }) => rate ?? []);
  const isKnown = (values: Decimal[] | undefined): values is Decimal[] =>
    values !== undefined && (values.length > 0 || taxes?.length === 0);
  return {
    price: ofPack(unitPrice),
    retailPrice: ofPack(line.compareAtPrice ?? unitPrice),
    discount: ofSent(line.discount ?? "0"),
    tax: isKnown(amounts) ? ofSent(sum(amounts)) : undefined,
    taxRate: isKnown(rates) ? percent(sum(rates)) : undefined,
    addTax: prices === "with-tax" && order.pricesIncludeTax !== true,
  };
}

function units({ line, product, quantity }: KnownLine, figures: Figures): Item[] {
  const discounts = split(figures.discount, quantity);
  const taxes = figures.tax === undefined ? [] : split(figures.tax, quantity);
  return discounts.map((discount, index) => {
    const tax = taxes[index];
    const price = figures.addTax && tax !== undefined ? add(figures.price, tax) : figures.price;
    const { taxRate, retailPrice } = figures;
    const id = `${line.id}:${index + 1}`;
    return { line, product, id, quantity: 1, price, total: price, discount, tax, taxRate, retailPrice };
  });
}

function wholeLine({ line, product, quantity }: KnownLine, figures: Figures, { decimals }: Settings): Item {
  const { discount, tax, taxRate, retailPrice } = figures;
  const more = figures.addTax ? (tax ?? "0") : "0";
  const price = add(figures.price, divide(more, String(quantity), decimals));
  const total = add(multiply(figures.price, String(quantity)), more);
  return { line, product, id: line.id, quantity, price, total, discount, tax, taxRate, retailPrice };
}

/** 0.19 as 19, as the document's `tax_rate` has it. */
export const percent = (fraction: Decimal): Decimal => round(multiply(fraction, "100"), 2);

export const isPositive = (amount: Decimal): boolean => compare(amount, "0") > 0;
