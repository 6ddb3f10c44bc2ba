import { add, subtract, sum } from "../../../../shared/decimal.ts";
import { isCashOnDelivery, type Order } from "../../../../shared/order.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";
import { addressFields, idNumber, mailTime, money, relatedId } from "./fields.ts";
import { addressId, orderProducts } from "./order-products.ts";
import { ARCHIVED, statusOf } from "./status.ts";

/**
 * An order with its sub-resources in it; api.ts answers each at its own path. Not from our order, because BigCommerce has
 * no place for them: `number` (it is the ID), `paidAt`, `provinceCode`, `district`, coordinates, tags.
 * https://developer.bigcommerce.com/docs/rest-management/orders
 */
export function orderResource(order: Order) {
  const { id, currency, buyer, lines } = order;
  const status = statusOf(order);
  const counted = lines.reduce((count, { quantity }) => count + quantity, 0);
  const addresses = shippingAddresses(order);
  return {
    id: idNumber(id),
    customer_id: idNumber(buyer?.id),
    date_created: mailTime(order.placedAt),
    date_modified: mailTime(order.updatedAt),
    date_shipped: status.id === 2 ? mailTime(order.updatedAt) : "",
    status_id: status.id,
    status: status.name,
    ...amountsOf(order),
    items_total: counted,
    items_shipped: status.id === 2 ? counted : 0,
    payment_method: isCashOnDelivery(order) ? "Cash on Delivery" : (order.paymentMethod ?? "Credit Card"),
    payment_provider_id: "",
    payment_status: status.payment,
    order_is_digital: lines.every(({ ships }) => ships === false),
    ip_address: buyer?.ip?.includes(":") ? "" : (buyer?.ip ?? ""),
    ip_address_v6: buyer?.ip?.includes(":") ? buyer.ip : "",
    geoip_country: "",
    geoip_country_iso2: "",
    currency_id: 1,
    currency_code: order.buyerCurrency ?? currency,
    currency_exchange_rate: "1.0000000000",
    default_currency_id: 1,
    default_currency_code: currency,
    staff_notes: "",
    customer_message: order.note ?? "",
    shipping_address_count: addresses.length,
    is_deleted: order.hold?.reason === ARCHIVED,
    ebay_order_id: "0",
    cart_id: "7e48f7ef-2e88-4817-aea4-b0ed01490114",
    billing_address: billingAddress(order),
    is_email_opt_in: false,
    credit_card_type: null,
    order_source: "www",
    channel_id: 1,
    external_source: null,
    products: orderProducts(order),
    shipping_addresses: addresses,
    coupons: couponsOf(order),
    external_id: null,
    external_merchant_id: null,
    tax_provider_id: "BasicTaxProvider",
    store_default_currency_code: currency,
    store_default_to_transactional_exchange_rate: "1.0000000000",
    custom_status: status.name,
    customer_locale: buyer?.language ?? "en",
    external_order_id: "",
    fees: [],
  };
}

/** Sums with tax and without; the subtotal is that before discounts. */
function amountsOf(order: Order) {
  const { discount = "0", tax = "0", pricesIncludeTax = false, total, shipping, discountCodes = [] } = order;
  const subtotal = add(order.subtotal ?? "0", discount);
  const delivery = shipping?.price ?? "0";
  const isCoupon = discountCodes.length > 0;
  const [exTax, incTax] = pricesIncludeTax ? [subtract(subtotal, tax), subtotal] : [subtotal, add(subtotal, tax)];
  return {
    subtotal_ex_tax: money(exTax),
    subtotal_inc_tax: money(incTax),
    subtotal_tax: money(tax),
    base_shipping_cost: money(delivery),
    shipping_cost_ex_tax: money(delivery),
    shipping_cost_inc_tax: money(delivery),
    shipping_cost_tax: "0.0000",
    shipping_cost_tax_class_id: 0,
    ...zeroCosts("handling"),
    ...zeroCosts("wrapping"),
    total_ex_tax: money(subtract(total ?? "0", tax)),
    total_inc_tax: money(total),
    total_tax: money(tax),
    is_tax_inclusive_pricing: pricesIncludeTax,
    refunded_amount: "0.0000",
    store_credit_amount: "0.0000",
    gift_certificate_amount: "0.0000",
    discount_amount: money(isCoupon ? "0" : discount),
    coupon_discount: money(isCoupon ? discount : "0"),
  };
}

const zeroCosts = (what: "handling" | "wrapping") => ({
  [`base_${what}_cost`]: "0.0000",
  [`${what}_cost_ex_tax`]: "0.0000",
  [`${what}_cost_inc_tax`]: "0.0000",
  [`${what}_cost_tax`]: "0.0000",
  [`${what}_cost_tax_class_id`]: 0,
});

/** The buyer is the person of the billing address: BigCommerce's order has no other name, e-mail address or phone. */
function billingAddress(order: Order) {
  const { buyer, billingAddress: billing, shippingAddress } = order;
  const address = addressFields(billing ?? shippingAddress ?? undefined);
  const names = addressFields(buyer);
  const isNamed = billing === undefined && names.last_name !== "";
  return {
    ...address,
    ...(isNamed && { first_name: names.first_name, last_name: names.last_name }),
    phone: buyer?.phone ?? address.phone,
    email: buyer?.email ?? address.email,
    form_fields: formFields(order),
  };
}

/** What BigCommerce has no field for: stores add fields of these names to their forms (docs/channels/bigcommerce.md). */
function formFields({ attributes = [], taxIds = [], shipping }: Order) {
  const own = [
    ...taxIds.map(({ type, value }) => ({ name: TAX_ID_LABELS[type], value })),
    ...(shipping?.deliverFrom === undefined ? [] : [{ name: "Delivery date", value: shipping.deliverFrom }]),
    ...(shipping?.shipBy === undefined ? [] : [{ name: "Ship by", value: shipping.shipBy }]),
  ];
  const names = new Set(own.map(({ name }) => name));
  return [...attributes.filter(({ name }) => !names.has(name)), ...own].map(({ name, value = "" }) => ({
    name,
    value,
  }));
}

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-shipping-addresses */
function shippingAddresses(order: Order) {
  const { id, shippingAddress: address, shipping, lines } = order;
  if (address === null || shipping?.kind === "pick-up" || lines.every(({ ships }) => ships === false)) return [];
  const { price } = { price: money(shipping?.price) };
  const remark = address.remark === undefined ? [] : [{ name: "Delivery Instructions", value: address.remark }];
  return [
    {
      id: idNumber(addressId(order)),
      order_id: idNumber(id),
      ...addressFields(address),
      items_total: lines.reduce((count, { quantity }) => count + quantity, 0),
      items_shipped: 0,
      shipping_method: METHODS[shipping?.kind ?? "ship"] ?? shipping?.method ?? "Standard",
      base_cost: price,
      cost_ex_tax: price,
      cost_inc_tax: price,
      cost_tax: "0.0000",
      cost_tax_class_id: 0,
      base_handling_cost: "0.0000",
      handling_cost_ex_tax: "0.0000",
      handling_cost_inc_tax: "0.0000",
      handling_cost_tax: "0.0000",
      handling_cost_tax_class_id: 0,
      shipping_zone_id: 1,
      shipping_zone_name: "Everywhere",
      shipping_quotes: {
        url: `https://api.bigcommerce.com/stores/{store_hash}/v2/orders/${id}/shippingaddresses/${addressId(order)}/shippingquotes`,
        resource: `/orders/${id}/shippingaddresses/${addressId(order)}/shippingquotes`,
      },
      form_fields: remark,
    },
  ];
}

/** How a store names what is not a parcel: an order that is shipped has no field for it. */
const METHODS = { ship: undefined, "pick-up": "Pickup In Store", local: "Local Delivery", digital: undefined } as const;

/** https://developer.bigcommerce.com/docs/rest-management/orders/order-coupons */
const couponsOf = ({ id, discountCodes = [], discount = "0" }: Order) =>
  discountCodes.map((code, at) => ({
    id: idNumber(relatedId(id, `coupon ${at}`)),
    coupon_id: at + 1,
    order_id: idNumber(id),
    code,
    amount: Number(at === 0 ? discount : "0"),
    type: 2,
    discount: Number(at === 0 ? sum([discount]) : "0"),
  }));
