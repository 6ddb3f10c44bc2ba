import type { Attribute } from "../../../shared/connector/attributes.ts";
import { add, compare, multiply, sum } from "../../../shared/decimal.ts";
import { isDone, isOpen, shipmentsOf } from "./order-state.ts";
import type { Fulfilment, LineItem, WholeOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

export function mapLine(line: LineItem, whole: WholeOrder, settings: Settings) {
  const { order, products } = whole;
  const product = products.get(line.catalog_object_id ?? "");
  const { quantity, shipped, toShip } = piecesOf(line, whole);
  const shipments = shipmentsOf(order);
  const isInShipment =
    shipments.length === 0 || shipments.some((shipment) => compare(quantityIn(shipment, line), "0") > 0);
  return {
    id: line.uid,
    sku: product?.sku ?? "",
    quantity,
    quantityToShip: toShip,
    fulfilled: shipped,
    productId: product?.itemId,
    variantId: line.catalog_object_id,
    title: line.name,
    variantTitle: line.variation_name,
    unitPrice: unitPriceOf(line),
    discount: line.total_discount_money?.value,
    taxes: line.applied_taxes.map(({ tax_uid, applied_money }) => {
      const tax = order.taxes.find(({ uid }) => uid !== undefined && uid === tax_uid);
      const rate = tax?.percentage === undefined ? undefined : multiply(tax.percentage, "0.01");
      return { title: tax?.name, rate, amount: applied_money?.value };
    }),
    properties: propertiesOf(line),
    ships: isGoods(line, whole, settings) && isInShipment,
  };
}

/** A kind that is in no list ships: it is seen at its provider, and not lost. */
export function isGoods(line: LineItem, { products }: Pick<WholeOrder, "products">, settings: Settings): boolean {
  const kinds = [line.item_type, products.get(line.catalog_object_id ?? "")?.type];
  return !kinds.some((kind) => kind !== undefined && settings.notShippedTypes.includes(kind.toUpperCase()));
}

/** Goods that are sold by weight or length have no pieces: such a line is one piece. */
export const isMeasured = ({ quantity }: LineItem): boolean => !Number.isInteger(Number(quantity));

/** How much of a line a fulfilment has, as decimal text. */
function quantityIn({ line_item_application, entries }: Fulfilment, { uid, quantity }: LineItem): string {
  if (line_item_application !== "ENTRY_LIST") return quantity;
  return sum(entries.flatMap(({ line_item_uid, quantity: part }) => (line_item_uid === uid ? part : [])));
}

/** How many pieces of a line are in which state. `unassigned`: in no fulfilment, although the order has some. */
export function piecesOf(line: LineItem, { order, returnOrders }: Pick<WholeOrder, "order" | "returnOrders">) {
  const pieces = (amount: string): number => {
    if (isMeasured(line)) return compare(amount, "0") > 0 ? 1 : 0;
    return Math.floor(Number(amount));
  };
  const inAll = (fulfilments: readonly Fulfilment[]): number =>
    fulfilments.reduce((count, fulfilment) => count + pieces(quantityIn(fulfilment, line)), 0);
  const quantity = pieces(line.quantity);
  const shipments = shipmentsOf(order);
  const shipped = Math.min(quantity, inAll(shipments.filter(isDone)));
  const returned = [order, ...returnOrders]
    .flatMap(({ returns }) => returns)
    .filter(({ source_order_id }) => source_order_id === order.id)
    .flatMap(({ return_line_items }) => return_line_items)
    .reduce((count, item) => count + (item.source_line_item_uid === line.uid ? pieces(item.quantity) : 0), 0);
  const hasFulfilments = order.fulfillments.length > 0;
  const open = hasFulfilments ? inAll(shipments.filter(isOpen)) : quantity;
  return {
    quantity,
    shipped,
    // A piece that was shipped and came back is counted twice here: one too few is sent, never one too many.
    toShip: Math.max(0, Math.min(open, quantity - shipped - returned)),
    unassigned: hasFulfilments ? Math.max(0, quantity - returned - inAll(order.fulfillments)) : 0,
  };
}

/** Of all pieces, before discounts, with modifiers. */
export const grossOf = (line: LineItem): string =>
  multiply(unitPriceOf(line), String(isMeasured(line) ? 1 : Number(line.quantity)));

function unitPriceOf(line: LineItem): string {
  const { base_price_money: base, variation_total_price_money: all, modifiers } = line;
  if (isMeasured(line)) {
    const extra = sum(modifiers.map(({ total_price_money }) => total_price_money?.value ?? "0"));
    return add(all?.value ?? base?.value ?? "0", extra);
  }
  const extra = modifiers.map(({ base_price_money, quantity }) =>
    multiply(base_price_money?.value ?? "0", /^\d+$/.test(quantity ?? "") ? (quantity ?? "1") : "1"),
  );
  return add(base?.value ?? "0", sum(extra));
}

/** The buyer's own choices and texts: Square Online writes "Name: Ada" into a modifier. */
export function propertiesOf({ modifiers, note, quantity, ...line }: LineItem): Attribute[] {
  const chosen = modifiers.flatMap(({ name: text }): Attribute | [] => {
    if (text === undefined) return [];
    const [, name, value] = /^([^:]{1,100}):\s*(.+)$/su.exec(text) ?? [];
    return name === undefined ? { name: "Option", value: text } : { name: name.trim(), value };
  });
  return [
    ...chosen,
    ...(note === undefined ? [] : [{ name: "Note", value: note }]),
    ...(isMeasured({ ...line, modifiers, note, quantity }) ? [{ name: "Quantity", value: quantity }] : []),
  ];
}
