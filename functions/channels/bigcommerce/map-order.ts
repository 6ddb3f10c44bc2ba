import * as z from "zod/mini";
import { attribute, isYes } from "../../../shared/connector/attributes.ts";
import { isCashOnDeliveryMethod } from "../../../shared/connector/cash-on-delivery.ts";
import { period } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { shipTo } from "../../../shared/connector/ship-to.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { add, compare, type Decimal, subtract, sum } from "../../../shared/decimal.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { isAwaitingPickup, orderState } from "./order-state.ts";
import type { BillingAddress, OrderProduct, ShippingAddress, V2Order, WholeOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/**
 * @param shop the store's hash
 * @throws MalformedEvent if a line goes to an address that the order lacks, or the result does not match our own schema:
 * names the field, not its value
 */
export function mapOrder(whole: WholeOrder, shop: string, settings: Settings): Order {
  const { order, products, addresses, coupons } = whole;
  const { billing_address: billing } = order;
  const amounts = amountsOf(order);
  const amountDue = amountOnDelivery(order, settings);
  const state = orderState(order, amountDue !== undefined, settings);
  const goesTo = addressesOf(products, addresses);
  const formFields = [...(billing?.form_fields ?? []), ...goesTo.flatMap(({ form_fields }) => form_fields ?? [])];
  const everywhere = [...formFields, ...products.flatMap(propertiesOf)];
  const giftMessage = products.find(({ wrapping_message }) => wrapping_message)?.wrapping_message;
  const { shippingAddress, hold: severalAddresses } = shipTo(goesTo.map(mapShippingAddress));

  const parsed = z.safeParse(Order, {
    id: order.id,
    number: order.id,
    placedAt: order.date_created,
    updatedAt: order.date_modified,
    salesPlatform: "BigCommerce",
    shopName: shop,
    ...state,
    fulfilmentState: state.fulfilmentState ?? shippedSoFar(products),

    lines: products.map((product) => mapLine(product, order)),
    shippingAddress,
    billingAddress: billing && mapAddress(billing),
    buyer: {
      id: order.customer_id,
      name: billing && nameOf(billing),
      firstName: billing?.first_name,
      lastName: billing?.last_name,
      email: billing?.email,
      phone: billing?.phone,
      language: order.customer_locale,
      ip: order.ip_address ?? order.ip_address_v6,
    },
    taxIds: taxIds(formFields),

    currency: order.default_currency_code ?? order.currency_code,
    buyerCurrency: order.currency_code,
    subtotal: amounts.subtotal && subtract(amounts.subtotal, amounts.discount),
    discount: amounts.discount,
    discountCodes: coupons.flatMap(({ code }) => code ?? []),
    tax: order.total_tax,
    total: order.total_inc_tax,
    refunded: isPositive(order.refunded_amount) ? order.refunded_amount : undefined,
    pricesIncludeTax: order.is_tax_inclusive_pricing,

    paymentMethod: paymentMethods(order).join(", "),
    amountDue: state.financialState === "paid" ? undefined : amountDue,

    shipping: mapShipping(whole, everywhere, goesTo[0]),
    gift: products.some(({ wrapping_name }) => wrapping_name) || isYes(attribute(everywhere, "gift") ?? "no"),
    giftMessage: giftMessage ?? attribute(everywhere, "giftMessage"),
    note: order.customer_message,
    attributes: formFields,
    hold: state.hold ?? severalAddresses,
    test: isListed(order.payment_method, settings.testPaymentMethods),
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

function mapLine(product: OrderProduct, { is_tax_inclusive_pricing }: V2Order) {
  const properties = propertiesOf(product);
  return {
    id: product.id,
    sku: product.sku ?? "",
    quantity: product.quantity,
    quantityToShip: quantityToShip(product),
    fulfilled: product.quantity_shipped ?? 0,
    productId: product.product_id,
    variantId: product.variant_id,
    title: product.name,
    variantTitle: chosen(product).join(" / ") || undefined,
    vendor: product.brand,
    unitPrice: is_tax_inclusive_pricing === true ? product.price_inc_tax : product.price_ex_tax,
    discount: sum(product.applied_discounts.map(({ amount }) => amount ?? "0")),
    taxes: isPositive(product.total_tax) ? [{ amount: product.total_tax }] : [],
    properties,
    ships: travels(product) && !isPickedUp(product),
  };
}

/** A unit that was shipped and then refunded is counted twice here: one too few is sent, never one too many. */
function quantityToShip({ quantity, quantity_shipped, quantity_refunded, is_refunded }: OrderProduct): number {
  // A line that is refunded as a whole, in a store that does not count the units.
  if (is_refunded === true && !quantity_refunded) return 0;
  return Math.max(0, quantity - (quantity_shipped ?? 0) - (quantity_refunded ?? 0));
}

const travels = ({ type }: OrderProduct): boolean => type !== "digital" && type !== "giftcertificate";
const isPickedUp = ({ order_pickup_method_id: id }: OrderProduct): boolean => id !== undefined;
/** Something of it is still to go to an address. */
const isToShip = (product: OrderProduct): boolean =>
  travels(product) && !isPickedUp(product) && quantityToShip(product) > 0;

/** Options that choose among the product's variants: "M / Blue". The others are the buyer's own texts. */
const CHOICES = new Set(["multiple choice", "swatch"]);
const chosen = ({ product_options }: OrderProduct): string[] =>
  product_options.flatMap(({ type, display_value }) =>
    CHOICES.has(type?.toLowerCase() ?? "") ? (display_value ?? []) : [],
  );

function propertiesOf(product: OrderProduct) {
  const options = product.product_options.flatMap(({ display_name: name, display_value, value }) =>
    name === undefined ? [] : { name, value: display_value ?? value },
  );
  const { event_date, event_name } = product;
  const event = event_date === undefined ? [] : [{ name: event_name ?? "Event date", value: event_date }];
  return [...options, ...(product.configurable_fields ?? []), ...event];
}

const shippedSoFar = (products: readonly OrderProduct[]): Order["fulfilmentState"] =>
  products.some(({ quantity_shipped }) => (quantity_shipped ?? 0) > 0) ? "partial" : "unfulfilled";

/**
 * The addresses that goods still go to: of an order to two addresses that was shipped to one of them, the other. If
 * nothing is left to ship, those it went to.
 */
function addressesOf(products: readonly OrderProduct[], addresses: readonly ShippingAddress[]): ShippingAddress[] {
  const travelling = products.filter((product) => travels(product) && !isPickedUp(product));
  const left = travelling.filter(isToShip);
  const ids = new Set((left.length > 0 ? left : travelling).map(({ order_address_id }) => order_address_id));
  const unknown = [...ids].find((id) => id !== undefined && !addresses.some((address) => address.id === id));
  if (unknown !== undefined) {
    throw new MalformedEvent({ field: "products.order_address_id", problem: "names no address of the order" });
  }
  // A line that names none goes to the only one; to which of several, only the merchant knows.
  return ids.has(undefined) ? [...addresses] : addresses.filter(({ id }) => ids.has(id));
}

const nameOf = ({ first_name: firstName, last_name: lastName }: BillingAddress) => fullName({ firstName, lastName });

const mapAddress = (address: BillingAddress) => ({
  name: nameOf(address),
  firstName: address.first_name,
  lastName: address.last_name,
  company: address.company,
  street1: address.street_1,
  street2: address.street_2,
  city: address.city,
  province: address.state,
  // BigCommerce has the name alone, and some providers require the code.
  provinceCode: provinceCode(address.country_iso2?.toUpperCase(), address.state),
  postcode: address.zip,
  country: address.country_iso2 ?? address.country,
  phone: address.phone,
  email: address.email,
});

const mapShippingAddress = (address: ShippingAddress) => ({
  ...mapAddress(address),
  remark: attribute(address.form_fields ?? [], "remark"),
});

/** Subtotal and shipping as the store calculates: with tax, or without. */
function amountsOf(order: V2Order) {
  const withTax = order.is_tax_inclusive_pricing === true;
  return {
    /** Before discounts. */
    subtotal: (withTax ? order.subtotal_inc_tax : order.subtotal_ex_tax) ?? undefined,
    shipping: (withTax ? order.shipping_cost_inc_tax : order.shipping_cost_ex_tax) ?? undefined,
    discount: add(order.discount_amount ?? "0", order.coupon_discount ?? "0"),
  };
}

const isPositive = (amount: Decimal | null | undefined): boolean => compare(amount ?? "0", "0") > 0;

/** Store credit and gift certificates pay too. */
const paymentMethods = ({ payment_method, store_credit_amount, gift_certificate_amount }: V2Order): string[] =>
  [
    payment_method,
    isPositive(store_credit_amount) ? "Store Credit" : undefined,
    isPositive(gift_certificate_amount) ? "Gift Certificate" : undefined,
  ].flatMap((name, at, all) => (name === undefined || all.indexOf(name) < at ? [] : name));

/** What an order still owes by its payment method, if that is cash on delivery. */
function amountOnDelivery(order: V2Order, { cashOnDelivery, totalIncludesCredit }: Settings): string | undefined {
  const total = order.total_inc_tax ?? undefined;
  if (total === undefined || !isCashOnDeliveryMethod([order.payment_method ?? ""], cashOnDelivery)) return undefined;
  const credit = add(order.store_credit_amount ?? "0", order.gift_certificate_amount ?? "0");
  const due = totalIncludesCredit ? subtract(total, credit) : total;
  return isPositive(due) ? due : undefined;
}

function mapShipping(whole: WholeOrder, fields: Parameters<typeof attribute>[0], address: ShippingAddress | undefined) {
  const method = address?.shipping_method;
  const wished = period(attribute(fields, "deliveryDate"));
  return {
    kind: shippingKind(whole, method),
    method,
    serviceLevel: serviceLevel({ title: method }),
    price: amountsOf(whole.order).shipping,
    deliverFrom: wished?.from,
    deliverUntil: wished?.until,
    shipBy: period(attribute(fields, "shipBy"))?.until,
  };
}

/** An order has items to ship or items to pick up, never both; what is neither is downloaded or sent by e-mail. */
function shippingKind({ order, products }: WholeOrder, method: string | undefined): ShippingKind {
  const goods = products.filter(travels);
  if (products.length > 0 && goods.length === 0) return "digital";
  if (isAwaitingPickup(order) || (goods.length > 0 && goods.every(isPickedUp))) return "pick-up";
  return kindByWords([method]) ?? "ship";
}

function taxIds(fields: Parameters<typeof attribute>[0]) {
  return (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = attribute(fields, type);
    return value === undefined ? [] : { type, value };
  });
}

const isListed = (name: string | undefined, listed: readonly string[]): boolean =>
  listed.some((other) => other.trim().toLowerCase() === name?.trim().toLowerCase());
