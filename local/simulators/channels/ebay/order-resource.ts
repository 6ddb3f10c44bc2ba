import { add, compare, multiply, shortest, subtract, sum } from "../../../../shared/decimal.ts";
import { type Address, type Line, type Order, quantityToShip } from "../../../../shared/order.ts";

/** Amounts are not padded: "20.2", "0.0". */
const money = (value: string, currency: string) => {
  const short = shortest(value);
  return { value: short.includes(".") ? short : `${short}.0`, currency };
};

/**
 * The order as `GET /sell/fulfillment/v1/order/{id}` shows it, with the parcels that left in `parcels`, which have an
 * address of their own. Not from our order, because eBay's has no place for them: gift, attributes, properties of lines,
 * the buyer's language, coordinates, discount codes, `paidAt` of an unpaid order.
 * https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:Order
 */
export function orderResource(order: Order) {
  const { id, lines, cancelledAt, updatedAt, buyer, billingAddress } = order;
  const own = order.taxIds?.find(({ type }) => type === "vat" || type === "national");
  return {
    orderId: id,
    legacyOrderId: id,
    creationDate: order.placedAt,
    lastModifiedDate: updatedAt,
    orderFulfillmentStatus: FULFILMENT[order.fulfilmentState ?? "unfulfilled"],
    orderPaymentStatus: PAYMENT[order.financialState],
    sellerId: "demo_seller",
    buyer: {
      username: buyer?.id ?? "ada_byron",
      ...(own && { taxIdentifier: { taxpayerId: own.value, taxIdentifierType: own.type === "vat" ? "VATIN" : "TIN" } }),
      buyerRegistrationAddress: billingAddress
        ? contactOf(billingAddress, buyer)
        : { ...contactOf({ name: buyer?.name, phone: buyer?.phone, email: buyer?.email }, undefined) },
    },
    pricingSummary: pricesOf(order),
    cancelStatus: cancelStatusOf(order),
    paymentSummary: paymentsOf(order),
    fulfillmentStartInstructions: [instructionOf(order)],
    ...(lines.some(({ fulfilledBy }) => fulfilledBy !== undefined) && {
      program: { fulfillmentProgram: { fulfilledBy: "EBAY" } },
    }),
    fulfillmentHrefs: [],
    lineItems: lines.map((line) => lineItem(line, order)),
    ...(order.note !== undefined && { buyerCheckoutNotes: order.note }),
    salesRecordReference: "58317",
    ...(cancelledAt === undefined && { parcels: parcelsOf(lines) }),
  };
}

const FULFILMENT = { unfulfilled: "NOT_STARTED", partial: "IN_PROGRESS", fulfilled: "FULFILLED" } as const;
const PAYMENT: Readonly<Record<Order["financialState"], string>> = {
  pending: "PENDING",
  authorized: "PENDING",
  "partially-paid": "PENDING",
  paid: "PAID",
  "partially-refunded": "PARTIALLY_REFUNDED",
  refunded: "FULLY_REFUNDED",
  voided: "FULLY_REFUNDED",
};

function contactOf(address: Address, buyer: Order["buyer"]) {
  const { name = [address.firstName, address.lastName].filter(Boolean).join(" "), phone = buyer?.phone } = address;
  const email = address.email ?? buyer?.email;
  return {
    fullName: name,
    ...(address.company !== undefined && { companyName: address.company }),
    contactAddress: {
      ...(address.street1 !== undefined && { addressLine1: address.street1 }),
      ...(address.street2 !== undefined && { addressLine2: address.street2 }),
      ...(address.city !== undefined && { city: address.city }),
      ...((address.provinceCode ?? address.province) !== undefined && {
        stateOrProvince: address.provinceCode ?? address.province,
      }),
      ...(address.postcode !== undefined && { postalCode: address.postcode }),
      ...(address.country !== undefined && { countryCode: address.country }),
    },
    primaryPhone: phone === undefined ? {} : { phoneNumber: phone },
    ...(email !== undefined && { email }),
  };
}

function pricesOf({ currency, lines, shipping, tax = "0", total = "0" }: Order) {
  const gross = sum(lines.map(({ unitPrice = "0", quantity }) => multiply(unitPrice, String(quantity))));
  const discount = sum(lines.map((line) => line.discount ?? "0"));
  const below = (amount: string) => money(multiply(amount, "-1"), currency);
  return {
    priceSubtotal: money(gross, currency),
    ...(compare(discount, "0") > 0 && { priceDiscount: below(discount) }),
    deliveryCost: money(shipping?.price ?? "0", currency),
    ...(shipping?.discount !== undefined && { deliveryDiscount: below(shipping.discount) }),
    ...(compare(tax, "0") > 0 && { tax: money(tax, currency) }),
    total: money(total, currency),
  };
}

function cancelStatusOf({ cancelledAt, hold }: Order) {
  if (cancelledAt !== undefined) return { cancelState: "CANCELED", cancelledDate: cancelledAt, cancelRequests: [] };
  const request = { cancelReason: "BUYER_CANCEL_ORDER", cancelRequestState: "REQUESTED" };
  return hold === undefined
    ? { cancelState: "NONE_REQUESTED", cancelRequests: [] }
    : { cancelState: "IN_PROGRESS", cancelRequests: [request] };
}

function paymentsOf(order: Order) {
  const { currency, total = "0", paidAt = order.updatedAt, paymentMethod = "EBAY" } = order;
  const back = refundOf(order);
  return {
    totalDueSeller: money(total, currency),
    refunds: back === undefined ? [] : [{ amount: money(back, currency), refundStatus: "REFUNDED" }],
    payments: [
      {
        ...{ paymentMethod, paymentReferenceId: "420006_S", amount: money(total, currency) },
        ...(PAYMENT[order.financialState] === "PENDING"
          ? { paymentStatus: "PENDING" }
          : { paymentStatus: "PAID", paymentDate: paidAt }),
      },
    ],
  };
}

function refundOf({ financialState, refunded, total = "0" }: Order): string | undefined {
  if (financialState === "refunded") return refunded ?? total;
  return financialState === "partially-refunded" ? (refunded ?? "1.00") : undefined;
}

const TYPES = {
  ship: "SHIP_TO",
  local: "SELLER_DEFINED",
  "pick-up": "PREPARE_FOR_PICKUP",
  digital: "DIGITAL",
} as const;

function instructionOf({ shipping, shippingAddress, buyer, lines }: Order) {
  const { kind = "ship", method = "Standard", code } = shipping ?? {};
  if (lines.some(({ fulfilledBy }) => fulfilledBy !== undefined)) {
    return { fulfillmentInstructionsType: "FULFILLED_BY_EBAY" };
  }
  const type = TYPES[kind];
  if (kind === "pick-up") return { fulfillmentInstructionsType: type, pickupStep: { merchantLocationKey: "store1" } };
  if (kind === "digital") return { fulfillmentInstructionsType: type };
  return {
    fulfillmentInstructionsType: type,
    ebaySupportedFulfillment: false,
    shippingStep: {
      ...(shippingAddress && { shipTo: contactOf(shippingAddress, buyer) }),
      ...(code !== undefined && { shippingCarrierCode: code }),
      shippingServiceCode: kind === "local" ? "Local delivery" : method,
    },
  };
}

const STATUS = (line: Line): string => {
  const { quantity, fulfilled = 0 } = line;
  if (fulfilled === 0) return "NOT_STARTED";
  return fulfilled < quantity ? "IN_PROGRESS" : "FULFILLED";
};

function lineItem(line: Line, order: Order) {
  const { id, sku, quantity, unitPrice = "0", discount = "0", taxes = [], productId = "267713109119" } = line;
  const { currency, shipping, fulfilmentState } = order;
  const shown = (amount: string) => money(amount, currency);
  const gross = multiply(unitPrice, String(quantity));
  const goods = subtract(gross, discount);
  const isBack = order.financialState === "refunded" || isReturned(line, order);
  return {
    lineItemId: id,
    legacyItemId: productId,
    legacyVariationId: line.variantId ?? "0",
    ...(line.variantTitle !== undefined && {
      variationAspects: line.variantTitle.split(" / ").map((value) => ({ name: "Option", value })),
    }),
    ...(sku !== "" && { sku }),
    title: line.title ?? sku,
    lineItemCost: shown(gross),
    ...(compare(discount, "0") > 0 && { discountedLineItemCost: shown(goods) }),
    quantity,
    soldFormat: "FIXED_PRICE",
    listingMarketplaceId: "EBAY_US",
    purchaseMarketplaceId: "EBAY_US",
    lineItemFulfillmentStatus: fulfilmentState === "fulfilled" ? "FULFILLED" : STATUS(line),
    total: shown(add(goods, sum(taxes.map(({ amount = "0" }) => amount)))),
    deliveryCost: { shippingCost: shown("0") },
    appliedPromotions: [],
    taxes: taxes.map(({ title = "STATE_SALES_TAX", amount = "0" }) => ({ taxType: title, amount: shown(amount) })),
    ...(isBack && { refunds: [{ amount: shown(goods), refundId: "1" }] }),
    ...(line.ships === false && { giftDetails: { message: "For you" } }),
    properties: { buyerProtection: true },
    lineItemFulfillmentInstructions: {
      ...(shipping?.shipBy !== undefined && { shipByDate: shipping.shipBy }),
      guaranteedDelivery: false,
    },
  };
}

/** A line of which nothing is left to ship, of an order that is refunded in part. */
const isReturned = (line: Line, { financialState }: Order): boolean =>
  financialState === "partially-refunded" &&
  (line.fulfilled ?? 0) === 0 &&
  quantityToShip({ ...line, ships: true, fulfilledBy: undefined }) === 0;

const parcelsOf = (lines: readonly Line[]) => {
  const left = lines.flatMap(({ id, fulfilled = 0 }) => (fulfilled > 0 ? { lineItemId: id, quantity: fulfilled } : []));
  return left.length === 0 ? [] : [{ fulfillmentId: "01235015953135", shippingCarrierCode: "DPD", lineItems: left }];
};
