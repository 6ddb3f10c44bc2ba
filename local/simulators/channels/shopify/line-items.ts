import { type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { cents, gid, idNumber, maybeId, moneyOf } from "./fields.ts";

/** What is left of a line, and where the rest went. */
export interface Split {
  readonly open: number;
  readonly fulfilled: number;
  /** Refunded or removed before it was fulfilled. */
  readonly removed: number;
}

/**
 * Our order says how much of a line is left to ship. What is not left was fulfilled in an order that is partly or wholly
 * fulfilled, and removed in any other.
 */
export function splitOf(line: Line, { fulfilmentState = "unfulfilled" }: Pick<Order, "fulfilmentState">): Split {
  if (fulfilmentState === "fulfilled") return { open: 0, fulfilled: line.quantity, removed: 0 };
  const open = quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  const gone = line.quantity - open;
  return fulfilmentState === "partial" ? { open, fulfilled: gone, removed: 0 } : { open, fulfilled: 0, removed: gone };
}

/** https://shopify.dev/docs/api/admin-rest/latest/resources/order#resource-object, `line_items` */
export function lineItem(line: Line, order: Order) {
  const money = moneyOf(order);
  const { open, fulfilled, removed } = splitOf(line, order);
  const { discount = "0.00", unitPrice = "0.00", title = line.sku, variantTitle } = line;
  const discounted = !/^[0.]*$/.test(discount);
  return {
    id: idNumber(line.id),
    admin_graphql_api_id: gid("LineItem", line.id),
    attributed_staffs: [],
    current_quantity: line.quantity - removed,
    fulfillable_quantity: open,
    fulfillment_service: line.fulfilledBy ?? "manual",
    fulfillment_status: fulfilled === 0 ? null : open === 0 ? "fulfilled" : "partial",
    gift_card: false,
    grams: 200,
    name: [title, variantTitle].filter(Boolean).join(" - "),
    price: cents(unitPrice),
    price_set: money(unitPrice),
    product_exists: true,
    product_id: maybeId(line.productId),
    properties: (line.properties ?? []).map(({ name, value }) => ({ name, value: value ?? "" })),
    quantity: line.quantity,
    sales_line_item_group_id: null,
    requires_shipping: line.ships !== false,
    sku: line.sku,
    taxable: true,
    title,
    total_discount: cents(discount),
    total_discount_set: money(discount),
    variant_id: maybeId(line.variantId),
    variant_inventory_management: "shopify",
    variant_title: variantTitle ?? null,
    vendor: line.vendor ?? null,
    tax_lines: (line.taxes ?? []).map((tax) => ({
      channel_liable: false,
      price: cents(tax.amount ?? "0"),
      price_set: money(tax.amount ?? "0.00"),
      rate: Number(tax.rate ?? "0"),
      title: tax.title ?? "Tax",
    })),
    duties: [],
    discount_allocations: discounted
      ? [{ amount: cents(discount), amount_set: money(discount), discount_application_index: 0 }]
      : [],
  };
}
