import { divide, multiply, round, subtract, sum } from "../../../../shared/decimal.ts";
import { type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { idNumber, money, relatedId } from "./fields.ts";

/** The address of all lines that are shipped. */
export const addressId = ({ id }: Pick<Order, "id">): string => relatedId(id, "address");

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-products */
export const orderProducts = (order: Order) => order.lines.map((line, at) => orderProduct(line, order, at === 0));

function orderProduct(line: Line, order: Order, isFirst: boolean) {
  const { ships = true, quantity, title = line.sku, discount = "0" } = line;
  const isPickedUp = ships && order.shipping?.kind === "pick-up";
  const { shipped, refunded } = goneOf(line, order);
  const price = priceOf(line, order);
  // The first line bears the gift wrapping of the order.
  const isWrapped = isFirst && (order.gift === true || order.giftMessage !== undefined);
  return {
    id: idNumber(line.id),
    order_id: idNumber(order.id),
    product_id: idNumber(line.productId),
    variant_id: idNumber(line.variantId),
    order_pickup_method_id: idNumber(isPickedUp ? relatedId(order.id, "pick-up") : undefined),
    order_address_id: idNumber(ships && !isPickedUp && order.shippingAddress ? addressId(order) : undefined),
    name: title,
    name_customer: title,
    name_merchant: title,
    sku: line.sku,
    upc: "",
    type: ships ? "physical" : "digital",
    ...price,
    weight: "0.2000",
    width: "1.0000",
    height: "1.0000",
    depth: "1.0000",
    quantity,
    is_refunded: refunded === quantity,
    quantity_refunded: refunded,
    refund_amount: "0.0000",
    return_id: 0,
    wrapping_id: isWrapped ? 1 : 0,
    wrapping_name: isWrapped ? "Gift Wrapping" : "",
    base_wrapping_cost: "0.0000",
    wrapping_cost_ex_tax: "0.0000",
    wrapping_cost_inc_tax: "0.0000",
    wrapping_cost_tax: "0.0000",
    wrapping_message: isWrapped ? (order.giftMessage ?? "") : "",
    quantity_shipped: shipped,
    event_name: null,
    event_date: null,
    fixed_shipping_cost: "0.0000",
    ebay_item_id: "",
    ebay_transaction_id: "",
    option_set_id: null,
    parent_order_product_id: null,
    is_bundled_product: false,
    bin_picking_number: "",
    external_id: null,
    brand: line.vendor ?? "",
    applied_discounts: /^[0.]*$/.test(discount)
      ? []
      : [{ id: "manual-discount", amount: money(discount), name: "Manual Discount", code: null, target: "order" }],
    product_options: optionsOf(line),
    configurable_fields: [],
    gift_certificate_id: null,
    discounted_total_inc_tax: subtract(price.total_inc_tax, money(discount)),
  };
}

/** Our order says how much is left to ship. The rest was shipped, or refunded where nothing was. */
function goneOf(line: Line, { fulfilmentState = "unfulfilled" }: Pick<Order, "fulfilmentState">) {
  if (fulfilmentState === "fulfilled") return { shipped: line.quantity, refunded: 0 };
  const gone = line.quantity - quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  return fulfilmentState === "partial" ? { shipped: gone, refunded: 0 } : { shipped: 0, refunded: gone };
}

/** Prices of a unit and of the line, with tax and without. */
function priceOf({ unitPrice = "0", quantity, taxes = [] }: Line, { pricesIncludeTax = false }: Order) {
  const count = String(quantity);
  const tax = sum(taxes.map(({ amount }) => amount ?? "0"));
  const total = multiply(unitPrice, count);
  const unitTax = quantity === 0 ? "0" : round(divide(tax, count, 6), 4);
  const [exTax, incTax] = pricesIncludeTax
    ? [subtract(unitPrice, unitTax), unitPrice]
    : [unitPrice, sum([unitPrice, unitTax])];
  const [totalExTax, totalIncTax] = pricesIncludeTax ? [subtract(total, tax), total] : [total, sum([total, tax])];
  return {
    base_price: money(unitPrice),
    price_ex_tax: money(exTax),
    price_inc_tax: money(incTax),
    price_tax: money(unitTax),
    base_total: money(total),
    total_ex_tax: money(totalExTax),
    total_inc_tax: money(totalIncTax),
    total_tax: money(tax),
    base_cost_price: "0.0000",
    cost_price_inc_tax: "0.0000",
    cost_price_ex_tax: "0.0000",
    cost_price_tax: "0.0000",
  };
}

/** The variant's options, then what the buyer wrote. */
function optionsOf({ id, variantTitle, properties = [] }: Line) {
  const variant = (variantTitle?.split(" / ") ?? []).map((value) => ({
    name: "Variant",
    value,
    type: "Multiple choice",
  }));
  const texts = properties
    .filter(({ name }) => name !== "Variant")
    .map(({ name, value = "" }) => ({ name, value, type: "Text field" }));
  return [...variant, ...texts].map(({ name, value, type }, at) => ({
    id: at + 1,
    option_id: at + 1,
    order_product_id: idNumber(id),
    product_option_id: at + 100,
    display_name: name,
    display_name_customer: name,
    display_name_merchant: name,
    display_value: value,
    display_value_customer: value,
    display_value_merchant: value,
    value,
    type,
    name,
    display_style: "",
  }));
}
