import { add, compare, multiply, shortest, subtract, sum } from "../../../../shared/decimal.ts";
import { type Address, isCashOnDelivery, type Line, type Order } from "../../../../shared/order.ts";
import { bareNumber } from "../../exact-json.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";
import { internalId } from "./internal-id.ts";
import { fulfillmentStatus, paymentStatus } from "./statuses.ts";

/** Money is a JSON number: `19.9`, `5`. */
const money = (amount: string | undefined): unknown => bareNumber(shortest(amount ?? "0"));
/** An ID is a JSON number too. */
const idNumber = (id: string): unknown => bareNumber(id);

/** `2026-10-02 06:00:00 +0000` */
const storeTime = (time: string): string => `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} +0000`;
const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);

/**
 * The order as `GET /orders/{id}` shows it. Not from our order, because Ecwid's has no place for them: `number` (it is the
 * ID), `paidAt`, `currency`, districts, vendors, how much of a line was shipped or refunded.
 * https://docs.ecwid.com/api-reference/rest-api/orders/get-order
 */
export function orderResource(order: Order) {
  const { id, buyer, billingAddress, shippingAddress, lines, discountCodes = [] } = order;
  const billing = billingAddress ?? shippingAddress;
  const isCoupon = discountCodes.length > 0;
  return {
    id,
    internalId: internalId(id),
    refundedAmount: money(order.refunded ?? (order.financialState === "refunded" ? order.total : "0")),
    subtotal: money(add(order.subtotal ?? "0", order.discount ?? "0")),
    subtotalWithoutTax: money(add(order.subtotal ?? "0", order.discount ?? "0")),
    total: money(order.total),
    totalWithoutTax: money(subtract(order.total ?? "0", order.tax ?? "0")),
    giftCardRedemption: 0,
    totalBeforeGiftCardRedemption: money(order.total),
    giftCardDoubleSpending: false,
    email: buyer?.email ?? "",
    paymentMethod: isCashOnDelivery(order) ? "Cash on delivery" : (order.paymentMethod ?? "Credit or debit card"),
    tax: money(order.tax),
    customerTaxExempt: false,
    customerTaxId: taxId(order, "vat"),
    customerTaxIdValid: false,
    customerFiscalCode: taxId(order, "national"),
    ipAddress: buyer?.ip ?? "",
    couponDiscount: money(isCoupon ? order.discount : "0"),
    paymentStatus: paymentStatus(order),
    fulfillmentStatus: fulfillmentStatus(order),
    orderNumber: internalId(id),
    vendorOrderNumber: id,
    publicUid: id,
    orderComments: order.note ?? "",
    volumeDiscount: money(isCoupon ? "0" : order.discount),
    ...(buyer?.id !== undefined && { customerId: idNumber(buyer.id) }),
    customDiscount: [],
    customSurcharges: [],
    discount: money(isCoupon ? "0" : order.discount),
    createDate: storeTime(order.placedAt),
    updateDate: storeTime(order.updatedAt),
    createTimestamp: seconds(order.placedAt),
    updateTimestamp: seconds(order.updatedAt),
    ...(isCoupon && { discountCoupon: { id: 215189589, name: "Coupon", code: discountCodes[0], discountType: "ABS" } }),
    items: lines.map((line) => orderItem(line, isCoupon)),
    refunds: [],
    ...(billing && { billingPerson: person({ ...billing, ...buyerOf(order) }) }),
    ...shippingFields(order),
    shipments: order.fulfilmentState === "partial" ? [{ id: "label-1", created: storeTime(order.updatedAt) }] : [],
    additionalInfo: {},
    paymentParams: {},
    ...extraFields(order),
    hidden: false,
    externalFulfillment: false,
    invoices: [],
    pricesIncludeTax: order.pricesIncludeTax ?? false,
    ...(buyer?.language !== undefined && { lang: buyer.language }),
  };
}

const taxId = ({ taxIds = [] }: Order, wanted: "vat" | "national"): string =>
  taxIds.find(({ type }) => type === wanted)?.value ?? "";

function orderItem(line: Line, isCoupon: boolean) {
  const { ships = true, title = line.sku, unitPrice, discount = "0", taxes = [] } = line;
  const hasPromotion = !isCoupon && compare(discount, "0") > 0;
  return {
    id: idNumber(line.id),
    ...(line.productId !== undefined && { productId: idNumber(line.productId) }),
    ...(line.variantId !== undefined && { combinationId: idNumber(line.variantId) }),
    categoryId: 0,
    price: money(unitPrice),
    priceWithoutTax: money(unitPrice),
    productPrice: money(unitPrice),
    sku: line.sku,
    quantity: line.quantity,
    shortDescription: "",
    tax: money(sum(taxes.map(({ amount }) => amount ?? "0"))),
    shipping: 0,
    quantityInStock: 0,
    name: title,
    isShippingRequired: ships,
    weight: ships ? 0.2 : 0,
    trackQuantity: false,
    fixedShippingRateOnly: false,
    fixedShippingRate: 0,
    digital: !ships,
    productAvailable: true,
    couponApplied: isCoupon,
    couponAmount: money(isCoupon ? discount : "0"),
    selectedOptions: selectedOptions(line),
    taxes: taxes.map(({ title: name = "Tax", rate = "0", amount }) => ({
      name,
      value: money(multiply(rate, "100")),
      total: money(amount),
      includeInPrice: false,
    })),
    discounts: hasPromotion ? [{ discountInfo: { type: "ABS", base: "ITEM" }, total: money(discount) }] : [],
    discountsAllowed: true,
    taxable: true,
    isCustomerSetPrice: false,
    attributes: [],
  };
}

function selectedOptions({ variantTitle, properties = [] }: Line) {
  const choices = variantTitle?.split(" / ") ?? [];
  return [
    ...choices.map((value, at) => ({ name: `Option ${at + 1}`, type: "CHOICE", value, valuesArray: [value] })),
    ...properties.map(({ name, value = "" }) => ({ name, type: "TEXT", value })),
  ];
}

/** The buyer is the person of the billing address: an order has no other name or phone. */
function buyerOf({ billingAddress, buyer }: Order): Partial<Address> {
  if (billingAddress !== undefined || buyer === undefined) return {};
  const { name, firstName, lastName, phone } = buyer;
  const isNamed = [name, firstName, lastName].some((part) => part !== undefined);
  return { ...(isNamed && { name, firstName, lastName }), ...(phone !== undefined && { phone }) };
}

const countryNames = new Intl.DisplayNames(["en"], { type: "region" });

/** A field that is empty is missing. */
function person(address: Address) {
  const { firstName, lastName, country, street1, street2 } = address;
  const fields = {
    name: address.name ?? [firstName, lastName].filter(Boolean).join(" "),
    firstName,
    lastName,
    companyName: address.company,
    street: [street1, street2].filter(Boolean).join("\n"),
    city: address.city,
    countryCode: country,
    countryName: country && countryNames.of(country),
    postalCode: address.postcode,
    stateOrProvinceCode: address.provinceCode,
    stateOrProvinceName: address.province,
    phone: address.phone,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
}

const TYPES = { ship: "SHIPPING", "pick-up": "PICKUP", local: "DELIVERY", digital: "SHIPPING" } as const;

/** An order of downloads has neither a shipping option nor a person to ship to. */
function shippingFields({ shipping, shippingAddress, lines }: Order) {
  if (lines.length > 0 && lines.every(({ ships }) => ships === false)) return {};
  const type = TYPES[shipping?.kind ?? "ship"];
  const rate = shipping?.price ?? "0";
  return {
    ...(shippingAddress && { shippingPerson: person(shippingAddress) }),
    shippingOption: {
      shippingMethodName: shipping?.method ?? "Standard",
      shippingMethodId: shipping?.code ?? "standard",
      shippingRate: money(rate),
      shippingRateWithoutTax: money(rate),
      discountedShippingRate: money(subtract(rate, shipping?.discount ?? "0")),
      isPickup: type === "PICKUP",
      fulfillmentType: type,
    },
    ...(shipping?.deliverFrom !== undefined && { pickupTime: storeTime(shipping.deliverFrom) }),
    ...(shipping?.deliverUntil !== undefined && { latestDeliveryDate: storeTime(shipping.deliverUntil) }),
    ...(shipping?.shipBy !== undefined && { latestShipDate: storeTime(shipping.shipBy) }),
  };
}

/** What Ecwid has no field for: stores add fields of these titles to their checkout (docs/channels/ecwid.md). */
function extraFields({ attributes = [], taxIds = [], shippingAddress, ...order }: Order) {
  const own = {
    Gift: order.gift === true ? "yes" : undefined,
    "Gift Message": order.giftMessage,
    "Delivery instructions": shippingAddress?.remark,
    ...Object.fromEntries(
      taxIds.flatMap(({ type, value }) =>
        type === "vat" || type === "national" ? [] : [[TAX_ID_LABELS[type], value] as const],
      ),
    ),
  };
  const asked = Object.entries(own).flatMap(([title, value]) => (value === undefined ? [] : [{ title, value }]));
  const names = new Set(asked.map(({ title }) => title));
  const others = attributes
    .filter(({ name }) => !names.has(name))
    .map(({ name, value = "" }) => ({ title: name, value }));
  const fields = [...others, ...asked].map((field, at) => ({
    id: `field${at + 1}`,
    customerInputType: "TEXT",
    ...field,
  }));
  return {
    orderExtraFields: fields,
    extraFields: Object.fromEntries(fields.map(({ id, value }) => [id, value])),
  };
}
