import { compare, type Decimal, multiply, shortest } from "../../../shared/decimal.ts";
import type { Item, RestOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type Line = ReturnType<typeof lineOf>;

/** The goods and services of an order: its items, without those that only hold others together. */
export function mapLines(order: RestOrder, settings: Settings): Line[] {
  const { items } = order;
  const ids = new Set(items.map(({ item_id }) => item_id));
  const within = Map.groupBy(items, ({ parent_item_id: parent, item_id }) =>
    parent !== undefined && ids.has(parent) && parent !== item_id ? parent : undefined,
  );
  return (within.get(undefined) ?? []).flatMap((item) => {
    const products = within.get(item.item_id) ?? [];
    const [only] = products;
    // A configurable product is bought as the one simple product in it.
    if (products.length === 1 && item.product_type !== "bundle")
      return lineOf({ item, product: only }, order, settings);
    if (products.length === 0 || (item.product_type === "bundle" && settings.bundles === "whole")) {
      return lineOf({ item }, order, settings);
    }
    return bundleLines(item, products, order, settings);
  });
}

/** The products are sent. If the bundle has a price of its own, a line that is not shipped holds it. */
function bundleLines(bundle: Item, products: readonly Item[], order: RestOrder, settings: Settings): Line[] {
  const lines = products.map((item) => lineOf({ item, bundle }, order, settings));
  const isPriced = products.some(({ base_price: price }) => isPositive(price));
  const own = { ...lineOf({ item: bundle }, order, settings), ships: false };
  return isPriced || !isPositive(bundle.base_price) ? lines : [...lines, own];
}

interface Parts {
  /** Has ID, quantity and prices. */
  item: Item;
  /** The simple product that is shipped, of a configurable one. */
  product?: Item | undefined;
  /** The bundle that the item is in. */
  bundle?: Item | undefined;
}

function lineOf({ item, product, bundle }: Parts, order: RestOrder, settings: Settings) {
  const shipped = counted("qty_shipped", { item, product, bundle });
  const refunded = counted("qty_refunded", { item, product, bundle });
  const canceled = counted("qty_canceled", { item, product, bundle });
  const gone = settings.refundedPieces === "unshipped" ? shipped + refunded : Math.max(shipped, refunded);
  const unitPrice = (settings.pricesIncludeTax ? item.base_price_incl_tax : undefined) ?? item.base_price ?? undefined;
  const { base_original_price: original, base_discount_amount: discount } = item;
  return {
    id: item.item_id,
    sku: product?.sku ?? item.sku ?? "",
    quantity: item.qty_ordered,
    quantityToShip: Math.max(0, item.qty_ordered - canceled - gone),
    fulfilled: Math.min(shipped, item.qty_ordered),
    productId: item.product_id,
    variantId: product?.product_id,
    title: item.name,
    variantTitle: variantTitle(item, product),
    unitPrice,
    compareAtPrice: original && unitPrice && compare(original, unitPrice) > 0 ? original : undefined,
    discount: discount?.replace(/^-/, ""),
    taxes: taxesOf(item, order),
    properties: propertiesOf(item, settings),
    ships: !((product ?? item).is_virtual ?? false),
  };
}

type Count = "qty_shipped" | "qty_refunded" | "qty_canceled";

/**
 * Commerce counts on the item that is shipped or refunded: the configurable product and not the one in it; the bundle,
 * or each product in it, as the bundle is shipped.
 */
function counted(count: Count, { item, product, bundle }: Parts): number {
  const each = bundle && bundle.qty_ordered > 0 ? item.qty_ordered / bundle.qty_ordered : 0;
  const byBundle = Math.ceil((bundle?.[count] ?? 0) * each);
  return Math.max(item[count], product?.[count] ?? 0, byBundle);
}

/** `S-Gray` of "Hoodie-S-Gray", which is "Hoodie". */
function variantTitle({ name = "" }: Item, product: Item | undefined): string | undefined {
  const full = product?.name;
  if (full === undefined || full === name) return undefined;
  return full.startsWith(`${name}-`) ? full.slice(name.length + 1) : full;
}

function taxesOf({ item_id, base_tax_amount: amount, tax_percent: percent }: Item, order: RestOrder) {
  if (!isPositive(amount)) return [];
  const applied = order.extension_attributes?.item_applied_taxes.find((tax) => tax.item_id === item_id)?.applied_taxes;
  const titles = (applied ?? []).flatMap(({ title }) => title ?? []);
  return [{ title: titles.join(", ") || undefined, rate: percent ? fraction(percent) : undefined, amount }];
}

/** 19 % as 0.19. */
export const fraction = (percent: Decimal): Decimal => shortest(multiply(percent, "0.01"));

/** What the buyer chose or wrote for this piece. The order has the options' IDs, and no names. */
const propertiesOf = ({ product_option, extension_attributes: more }: Item, { optionNames }: Settings) => [
  ...(product_option?.extension_attributes?.custom_options ?? []).flatMap(({ option_id: id, option_value: value }) =>
    id === undefined ? [] : { name: nameOf(id, optionNames), value },
  ),
  ...(more?.gift_message?.message === undefined ? [] : [{ name: "gift_message", value: more.gift_message.message }]),
];

const nameOf = (id: string, names: Settings["optionNames"]): string =>
  (Object.hasOwn(names, id) ? names[id] : undefined) ?? `option ${id}`;

const isPositive = (amount: Decimal | null | undefined): boolean => compare(amount ?? "0", "0") > 0;
