import { type Answer, json } from "../../simulator.ts";

/** The fields of an order, and of its items, that are shown only if they are asked for. */
const FIELDS: Readonly<Record<string, { order?: string; item?: string }>> = {
  BUYER: { order: "buyer" },
  RECIPIENT: { order: "recipient" },
  PROCEEDS: { order: "proceeds", item: "proceeds" },
  EXPENSE: { item: "expense" },
  PROMOTION: { item: "promotion" },
  CANCELLATION: { item: "cancellation" },
  FULFILLMENT: { order: "fulfillment", item: "fulfillment" },
  PACKAGES: { order: "packages" },
  TAX: { order: "tax", item: "tax" },
  PAYMENT: { order: "payment" },
  FULFILLMENT_ORDERS: { order: "fulfillmentOrders" },
};

export const DATA_SETS = Object.keys(FIELDS);

export const unknownDataSet = (sets: readonly string[]): string | undefined =>
  sets.find((set) => !DATA_SETS.includes(set));

/** An order with the data sets that were asked for. */
export function shown(order: Readonly<Record<string, unknown>>, sets: readonly string[]) {
  const left = Object.entries(FIELDS).flatMap(([set, fields]) => (sets.includes(set) ? [] : fields));
  const without = (one: object, part: "order" | "item") =>
    Object.fromEntries(Object.entries(one).filter(([name]) => !left.some((fields) => fields[part] === name)));
  const items = order["orderItems"];
  return {
    ...without(order, "order"),
    ...(Array.isArray(items) && { orderItems: items.map((item: object) => without(item, "item")) }),
  };
}

export const invalid = (details: string): Answer =>
  json(400, { errors: [{ code: "InvalidInput", message: "Invalid Input", details }] });
