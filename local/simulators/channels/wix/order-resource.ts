import { add, multiply, round, subtract } from "../../../../shared/decimal.ts";
import { type Address, isCashOnDelivery, type Line, type Order, quantityToShip } from "../../../../shared/order.ts";
import { TAX_ID_LABELS } from "../../tax-id-labels.ts";

const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£" };

/** Of Wix Stores. */
const STORES = "1380b703-ce81-ff05-f115-39571d94dfcd";

/**
 * The order as the Orders API shows it, and `fulfillments`, which are another call's. Not from our order, because Wix's
 * has no place for them: the payment method, districts, e-mail addresses of parcels, vendors, the buyer's IP address and
 * currency, tags.
 * https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders/order-object
 */
export function orderResource(order: Order) {
  const { buyer, shippingAddress, billingAddress } = order;
  const money = moneyIn(order.currency);
  return {
    id: order.id,
    number: order.number ?? "10001",
    createdDate: order.placedAt,
    updatedDate: order.updatedAt,
    ...statesOf(order),
    lineItems: order.lines.map((line) => lineItem(line, order, money)),
    buyerInfo: { contactId: buyer?.id ?? null, email: buyer?.email ?? null, visitorId: null },
    buyerLanguage: buyer?.language ?? "en",
    ...(order.note !== undefined && { buyerNote: order.note }),
    currency: order.currency,
    taxIncludedInPrices: order.pricesIncludeTax ?? false,
    weightUnit: "KG",
    priceSummary: {
      subtotal: money(add(order.subtotal ?? "0", order.discount ?? "0")),
      shipping: money(order.shipping?.price),
      tax: money(order.tax),
      discount: money(order.discount),
      totalPrice: money(order.total),
      total: money(order.total),
    },
    balanceSummary: balanceOf(order, money),
    billingInfo: placeOf(billingAddress ?? shippingAddress ?? {}, { ...order, ofBuyer: billingAddress === undefined }),
    ...shippingInfoOf(order, money),
    appliedDiscounts: (order.discountCodes ?? []).map((code, at) => ({
      discountType: "GLOBAL",
      lineItemIds: [],
      coupon: { id: code, code, name: code, amount: money(at === 0 ? order.discount : "0") },
    })),
    activities: activitiesOf(order),
    customFields: customFields(order),
    channelInfo: { type: "WEB" },
    archived: false,
    isInternalOrderCreate: false,
    fulfillments: fulfilmentsOf(order),
  };
}

export type OrderResource = ReturnType<typeof orderResource>;

/** The order as Get Order and events show it: without the parcels. */
export function shownOrder({ fulfillments: _, ...order }: OrderResource) {
  return order;
}

type Money = (amount: string | undefined) => { amount: string; formattedAmount: string };

function moneyIn(currency: string): Money {
  return (amount = "0") => ({ amount, formattedAmount: `${SYMBOLS[currency] ?? currency}${round(amount, 2)}` });
}

const PAYMENTS: Readonly<Record<Order["financialState"], string>> = {
  pending: "NOT_PAID",
  authorized: "AUTHORIZED",
  "partially-paid": "PARTIALLY_PAID",
  paid: "PAID",
  "partially-refunded": "PARTIALLY_REFUNDED",
  refunded: "FULLY_REFUNDED",
  voided: "NOT_PAID",
};
const FULFILMENT = {
  unfulfilled: "NOT_FULFILLED",
  partial: "PARTIALLY_FULFILLED",
  fulfilled: "FULFILLED",
} as const;

/** An order that waits for an online payment is not placed yet; one that is paid on delivery is. */
function statesOf(order: Order) {
  const { cancelledAt, financialState, hold, fulfilmentState = "unfulfilled" } = order;
  const isCancelled = cancelledAt !== undefined || financialState === "voided";
  const waits = hold !== undefined || (financialState === "pending" && !isCashOnDelivery(order));
  return {
    status: isCancelled ? "CANCELED" : waits ? "INITIALIZED" : "APPROVED",
    paymentStatus: PAYMENTS[financialState],
    fulfillmentStatus: FULFILMENT[fulfilmentState],
  };
}

function balanceOf(order: Order, money: Money) {
  const { financialState, total = "0", refunded, amountDue } = order;
  const isPaid = ["paid", "partially-refunded", "refunded"].includes(financialState);
  const back = refunded ?? (financialState === "refunded" ? total : "0");
  return {
    balance: money(isPaid ? "0" : (amountDue ?? total)),
    paid: money(isPaid ? total : "0"),
    refunded: money(back),
  };
}

function lineItem(line: Line, order: Order, money: Money) {
  const { unitPrice = "0", discount = "0", quantity, taxes = [], title = line.sku } = line;
  const before = subtract(multiply(unitPrice, String(quantity)), discount);
  const tax = taxes.map(({ amount = "0" }) => amount).reduce(add, "0");
  const shipped = shippedPieces(line, order);
  const toShip = quantityToShip({ ...line, ships: true, fulfilledBy: undefined });
  const choices = (line.variantTitle?.split(" / ") ?? []).map((value, at) => ({ name: `Option ${at + 1}`, value }));
  return {
    id: line.id,
    productName: translated(title),
    catalogReference: {
      catalogItemId: line.productId ?? "5376f9ec-b92e-efa9-e4a1-f4f480aa0d3a",
      appId: STORES,
      options: {
        ...(line.variantId !== undefined && { variantId: line.variantId }),
        customTextFields: Object.fromEntries((line.properties ?? []).map(({ name, value = "" }) => [name, value])),
      },
    },
    quantity,
    refundQuantity: Math.max(0, quantity - shipped - toShip),
    totalDiscount: money(discount),
    descriptionLines: [...choices, ...(line.properties ?? [])].map(({ name, value = "" }) => ({
      name: translated(name),
      plainText: translated(value),
      lineType: "PLAIN_TEXT",
    })),
    physicalProperties: { ...(line.sku !== "" && { sku: line.sku }), shippable: line.ships !== false },
    itemType: { preset: line.ships === false ? "DIGITAL" : "PHYSICAL" },
    ...(line.fulfilledBy !== undefined && { fulfillerId: line.fulfilledBy }),
    price: money(unitPrice),
    priceBeforeDiscounts: money(unitPrice),
    ...(line.compareAtPrice !== undefined && { fullPrice: money(line.compareAtPrice) }),
    totalPriceBeforeTax: money(before),
    totalPriceAfterTax: money(add(before, tax)),
    paymentOption: "FULL_PAYMENT_ONLINE",
    taxDetails: { taxRate: taxes[0]?.rate ?? "0.0", totalTax: money(tax) },
  };
}

const translated = (original: string) => ({ original, translated: original });

const shippedPieces = (line: Line, { fulfilmentState }: Order): number =>
  fulfilmentState === "fulfilled" ? line.quantity : (line.fulfilled ?? 0);

/** One parcel with all that was shipped. https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/order-fulfillments */
function fulfilmentsOf(order: Order) {
  const lineItems = order.lines
    .map((line) => ({ id: line.id, quantity: shippedPieces(line, order) }))
    .filter(({ quantity }) => quantity > 0);
  if (lineItems.length === 0) return [];
  return [{ id: `${order.id}-1`, createdDate: order.updatedAt, lineItems, status: "Fulfilled", completed: true }];
}

interface Person extends Pick<Order, "buyer" | "taxIds"> {
  /** The address is the buyer's as far as we know. */
  ofBuyer: boolean;
}

/** A number of another kind than these is a field of the shop's own. */
const vatIdOf = ({ taxIds = [] }: Pick<Order, "taxIds">) => {
  const vat = taxIds.find(({ type }) => type === "vat")?.value;
  return vat === undefined ? {} : { vatId: { id: vat, type: "UNSPECIFIED" } };
};

function placeOf(address: Address, { ofBuyer, buyer, taxIds }: Person) {
  const named = ofBuyer && buyer ? { ...address, ...namesIn(buyer) } : address;
  const { firstName = "", lastName = "" } = namesOf(named);
  const phone = (ofBuyer ? buyer?.phone : undefined) ?? address.phone;
  return {
    address: addressFields(address),
    contactDetails: {
      firstName,
      lastName,
      ...(phone !== undefined && { phone }),
      ...(address.company !== undefined && { company: address.company }),
      ...vatIdOf({ taxIds }),
    },
  };
}

const namesIn = ({ name, firstName, lastName }: NonNullable<Order["buyer"]>): Partial<Address> =>
  [name, firstName, lastName].some((part) => part !== undefined) ? { name, firstName, lastName } : {};

/** Both names, unless the whole name is another one; of a whole name the last word is the last name. */
function namesOf({ name, firstName = "", lastName = "" }: Address) {
  const both = [firstName, lastName].filter(Boolean).join(" ");
  if (name === undefined || name === both) return { firstName, lastName };
  const words = name.trim().split(/\s+/);
  return { firstName: words.slice(0, -1).join(" "), lastName: words.at(-1) ?? "" };
}

function addressFields(address: Address) {
  const { country, province, provinceCode, latitude, longitude } = address;
  const code = country !== undefined && provinceCode !== undefined ? `${country}-${provinceCode}` : undefined;
  return {
    country: country ?? null,
    subdivision: code ?? null,
    ...(province !== undefined && { subdivisionFullname: province }),
    city: address.city ?? null,
    postalCode: address.postcode ?? null,
    addressLine: address.street1 ?? null,
    ...(address.street2 !== undefined && { addressLine2: address.street2 }),
    ...(latitude !== undefined && longitude !== undefined && { location: { latitude, longitude } }),
  };
}

/** How a checkout names what is not a parcel. */
const METHODS = { ship: undefined, "pick-up": undefined, local: "Local Delivery", digital: undefined } as const;

function shippingInfoOf(order: Order, money: Money) {
  const { shipping, shippingAddress, lines } = order;
  if (!shipping || !lines.some(({ ships }) => ships !== false)) return {};
  const { kind = "ship", deliverFrom, deliverUntil, discount, taxRate, price } = shipping;
  const place = shippingAddress && placeOf(shippingAddress, { ofBuyer: false, buyer: undefined, taxIds: [] });
  const slot = { from: deliverFrom ?? deliverUntil, to: deliverUntil ?? deliverFrom };
  return {
    shippingInfo: {
      ...(shipping.code !== undefined && { code: shipping.code }),
      title: METHODS[kind] ?? shipping.method ?? "Standard",
      logistics: {
        deliveryTime: "3 - 5 business days",
        ...(shippingAddress?.remark !== undefined && { instructions: shippingAddress.remark }),
        ...(slot.from !== undefined && { deliveryTimeSlot: slot }),
        ...(place && { shippingDestination: place }),
        ...(kind === "pick-up" && { pickupDetails: { pickupMethod: "STORE_PICKUP" } }),
      },
      cost: {
        price: money(price),
        discount: money(discount),
        taxDetails: { taxRate: taxRate ?? "", totalTax: money("0") },
      },
    },
  };
}

function activitiesOf({ placedAt, paidAt, cancelledAt }: Order) {
  const happened = { ORDER_PLACED: placedAt, ORDER_PAID: paidAt, ORDER_CANCELED: cancelledAt };
  return Object.entries(happened).flatMap(([type, createdDate]) =>
    createdDate === undefined ? [] : { type, createdDate },
  );
}

/** What Wix has no field for: sites add fields of these names to their checkout (docs/channels/wix.md). */
function customFields({ attributes = [], taxIds = [], shipping, ...order }: Order) {
  const own = {
    Gift: order.gift === true ? "yes" : undefined,
    "Gift Message": order.giftMessage,
    "Ship by": shipping?.shipBy,
    ...Object.fromEntries(
      taxIds.filter(({ type }) => type !== "vat").map(({ type, value }) => [TAX_ID_LABELS[type], value]),
    ),
  };
  const asked = Object.entries(own).flatMap(([title, value]) => (value === undefined ? [] : { title, value }));
  const names = new Set(asked.map(({ title }) => title));
  const others = attributes.filter(({ name }) => !names.has(name));
  return [...others.map(({ name, value = "" }) => ({ title: name, value })), ...asked].map((field) => ({
    ...field,
    translatedTitle: field.title,
  }));
}
