import { add, round } from "../../../../shared/decimal.ts";
import type { Address, Line, Order } from "../../../../shared/order.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";

/**
 * The order as `GET /1.0/commerce/orders/{id}` shows it. Not from our order, because Squarespace's has no place for them:
 * `paidAt`, the payment method, companies, districts, vendors, discounts and taxes of a line, how much of it was shipped
 * or refunded, the buyer's language and currency.
 * https://developers.squarespace.com/commerce-apis/orders-overview
 */
export function orderResource(order: Order) {
  const { buyer, billingAddress, shippingAddress, placedAt, updatedAt, fulfilmentState } = order;
  const money = (amount: string | undefined) => ({ value: round(amount ?? "0", 2), currency: order.currency });
  const isFulfilled = fulfilmentState === "fulfilled";
  const billing = billingAddress ?? shippingAddress;
  return {
    id: order.id,
    orderNumber: order.number ?? "1001",
    createdOn: placedAt,
    modifiedOn: updatedAt,
    channel: "web",
    testmode: order.test ?? false,
    customerId: buyer?.id ?? null,
    customerEmail: buyer?.email ?? null,
    billingAddress: billing ? addressFields({ ...billing, ...buyerOf(order) }) : null,
    shippingAddress: shippingAddress && addressFields(shippingAddress),
    paymentState: order.hold ? "PENDING" : PAYMENTS[order.financialState],
    fulfillmentStatus: order.cancelledAt !== undefined ? "CANCELED" : isFulfilled ? "FULFILLED" : "PENDING",
    lineItems: order.lines.map((line) => lineItem(line, money)),
    internalNotes: order.note === undefined ? [] : [{ content: order.note }],
    ...shippingFields(order, money),
    discountLines: (order.discountCodes ?? []).map((promoCode, at) => ({
      description: promoCode,
      name: promoCode,
      amount: money(at === 0 ? order.discount : "0"),
      promoCode,
    })),
    formSubmission: formSubmission(order),
    fulfillments: isFulfilled || fulfilmentState === "partial" ? [parcel(updatedAt)] : [],
    subtotal: money(add(order.subtotal ?? "0", order.discount ?? "0")),
    shippingTotal: money(order.shipping?.price),
    discountTotal: money(order.discount),
    taxTotal: money(order.tax),
    refundedTotal: money(order.refunded ?? (order.financialState === "refunded" ? order.total : "0")),
    grandTotal: money(order.total),
    channelName: "Squarespace",
    externalOrderReference: null,
    fulfilledOn: isFulfilled ? updatedAt : null,
    priceTaxInterpretation: order.pricesIncludeTax === true ? "INCLUSIVE" : "EXCLUSIVE",
  };
}

type Money = (amount: string | undefined) => { value: string; currency: string };

/** A part of the money back leaves an order paid; only `refundedTotal` says it. */
const PAYMENTS: Readonly<Record<Order["financialState"], string>> = {
  pending: "PENDING",
  authorized: "AUTHORIZED",
  "partially-paid": "PARTIALLY_PAID",
  paid: "PAID",
  "partially-refunded": "PAID",
  refunded: "REFUNDED",
  voided: "FAILED",
};

/** A line that does not ship is a download: it has no SKU and no options. */
function lineItem(line: Line, money: Money) {
  const isShipped = line.ships !== false;
  return {
    id: line.id,
    variantId: line.variantId ?? null,
    sku: isShipped ? line.sku : null,
    weight: isShipped ? 0.2 : 0,
    width: 0,
    length: 0,
    height: 0,
    productId: line.productId ?? null,
    productName: line.title ?? line.sku,
    quantity: line.quantity,
    unitPricePaid: money(line.unitPrice),
    variantOptions: isShipped
      ? (line.variantTitle?.split(" / ") ?? []).map((value, at) => ({ value, optionName: `Option ${at + 1}` }))
      : null,
    // Null, not [], where the product has no form.
    customizations: line.properties?.map(({ name, value = "" }) => ({ label: name, value })) ?? null,
    imageUrl: "https://images.squarespace-cdn.com/demo.jpg?format=300w",
    lineItemType: isShipped ? "PHYSICAL_PRODUCT" : "DIGITAL",
  };
}

/** The name and phone of the buyer are those of the billing address: the order has no other. */
function buyerOf({ billingAddress, buyer }: Order): Partial<Address> {
  if (billingAddress !== undefined || buyer === undefined) return {};
  const { name, firstName, lastName, phone } = buyer;
  const isNamed = [name, firstName, lastName].some((part) => part !== undefined);
  return { ...(isNamed && { name, firstName, lastName }), ...(phone !== undefined && { phone }) };
}

function addressFields(address: Address) {
  return {
    ...namesOf(address),
    address1: address.street1 ?? null,
    address2: address.street2 ?? null,
    city: address.city ?? null,
    state: address.provinceCode ?? address.province ?? null,
    countryCode: address.country ?? null,
    postalCode: address.postcode ?? null,
    phone: address.phone ?? null,
  };
}

/** Both names, unless the whole name is another one; of a whole name the last word is the last name. */
function namesOf({ name, firstName = "", lastName = "" }: Address) {
  const both = [firstName, lastName].filter(Boolean).join(" ");
  if (name === undefined || name === both) return { firstName, lastName };
  const words = name.trim().split(/\s+/);
  return { firstName: words.slice(0, -1).join(" "), lastName: words.at(-1) ?? "" };
}

/** How a checkout names what is not a parcel: Squarespace has no field for the kind. */
const METHODS = { ship: undefined, "pick-up": "Store Pickup", local: "Local Delivery", digital: undefined } as const;

function shippingFields({ shipping, lines }: Order, money: Money) {
  const isShipped = lines.some(({ ships }) => ships !== false);
  if (shipping === undefined || !isShipped) return { shippingLines: [] };
  const method = METHODS[shipping.kind ?? "ship"] ?? shipping.method ?? "Standard";
  return { shippingLines: [{ method, amount: money(shipping.price) }], shippingOptionName: method };
}

/** What Squarespace has no field for: sites add questions of these names to their checkout (docs/channels/squarespace.md). */
function formSubmission({ attributes = [], taxIds = [], shipping, shippingAddress, ...order }: Order) {
  const own = {
    Gift: order.gift === true ? "yes" : undefined,
    "Gift Message": order.giftMessage,
    "Delivery instructions": shippingAddress?.remark,
    "Delivery date": shipping?.deliverFrom,
    "Ship by": shipping?.shipBy,
    ...Object.fromEntries(taxIds.map(({ type, value }) => [TAX_ID_LABELS[type], value])),
  };
  const asked = Object.entries(own).flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
  const names = new Set(asked.map(({ label }) => label));
  const others = attributes.filter(({ name }) => !names.has(name));
  return [...others.map(({ name, value = "" }) => ({ label: name, value })), ...asked];
}

const parcel = (shipDate: string) => ({
  shipDate,
  carrierName: "USPS",
  service: "Priority Mail",
  trackingNumber: "9400109699939624119857",
  trackingUrl: "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1=9400109699939624119857",
});
