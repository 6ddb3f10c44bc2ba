import { addressDigest } from "../shared/ledger/address-digest.ts";
import type { Delivery } from "../shared/ledger/delivery.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { linesToShip, type Order, quantityToShip } from "../shared/order.ts";

/** A line of the order; what the buyer wrote for it is left out. */
export interface LineView {
  id: string;
  sku: string;
  title: string | null;
  quantity: number;
  /** How many are to be shipped. */
  toShip: number;
  unitPrice: string | null;
}

/** An order's content without personal data. */
export interface ContentView {
  lines: LineView[];
  currency: string;
  total: string | null;
  /** ISO 3166-1 alpha-2; null if nothing has to be shipped. */
  country: string | null;
  financialState: string;
  shippingMethod: string | null;
}

export const contentView = (order: Order): ContentView => ({
  lines: order.lines.map((line) => ({
    ...{ id: line.id, sku: line.sku ?? "", title: line.title ?? null, quantity: line.quantity },
    ...{ toShip: quantityToShip(line), unitPrice: line.unitPrice ?? null },
  })),
  currency: order.currency,
  total: order.total ?? null,
  country: order.shippingAddress?.country ?? null,
  financialState: order.financialState,
  shippingMethod: order.shipping?.method ?? null,
});

/** What is shown only when it is asked for. */
export interface PersonalView {
  /** "Ships to", with the fields that have a value. */
  groups: { name: string; fields: { name: string; value: string }[] }[];
}

/** The buyer's data of an order, as the mapping made it. */
export function personalView(order: Order): PersonalView {
  const { shippingAddress, billingAddress, buyer, note, giftMessage, attributes, taxIds } = order;
  const groups = [
    { name: "Ships to", fields: fieldsOf(shippingAddress) },
    { name: "Billed to", fields: fieldsOf(billingAddress) },
    { name: "Buyer", fields: fieldsOf(buyer) },
    { name: "Notes", fields: fieldsOf({ note, giftMessage, attributes, taxIds }) },
    ...order.lines.map((line) => ({
      name: `Line ${line.sku ?? line.id}`,
      fields: fieldsOf({ properties: line.properties }),
    })),
  ];
  return { groups: groups.filter(({ fields }) => fields.length > 0) };
}

const fieldsOf = (thing: object | null | undefined): { name: string; value: string }[] =>
  Object.entries(thing ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null || value === ""
      ? []
      : [{ name, value: typeof value === "string" ? value : JSON.stringify(value) }],
  );

/**
 * In what the order, as it is now, differs from what was sent to a destination. Sentences without personal data. Empty:
 * in nothing, or nothing was sent.
 */
export function differences({ record }: Pick<OrderSnapshot, "record">, order: Order, delivery: Delivery): string[] {
  const { lines: sent, addressDigest: digest } = delivery;
  if (sent === undefined) return [];
  const now = new Map(linesToShip(order).map((line) => [line.id, line]));
  const before = new Set(sent.map(({ id }) => id));
  return [
    ...sent.flatMap(({ id, sku, pieces }) => {
      const line = now.get(id);
      if (!line) return [`${sku} was sent, and nothing of it is to be shipped now`];
      const quantity = quantityToShip(line);
      return pieces === undefined || pieces === quantity
        ? []
        : [`${sku}: ${pieces} were sent, ${quantity} are to be shipped now`];
    }),
    ...[...now.values()].flatMap((line) => (before.has(line.id) ? [] : [`${line.sku ?? line.id} was not sent`])),
    ...(digest !== undefined && digest !== addressDigest(record, order.shippingAddress)
      ? ["the shipping address is another one now"]
      : []),
  ];
}
