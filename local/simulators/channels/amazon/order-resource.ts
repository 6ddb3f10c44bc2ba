import { subtract, sum } from "../../../../shared/decimal.ts";
import { type Address, type Line, type Order, progressOf, quantityToShip } from "../../../../shared/order.ts";

export const MARKETPLACE = { id: "ATVPDKIKX0DER", name: "Amazon.com" };

export type Status = "PENDING" | "UNSHIPPED" | "PARTIALLY_SHIPPED" | "SHIPPED" | "CANCELLED";

export function statusOf(order: Order): Status {
  if (progressOf(order) === "cancelled") return "CANCELLED";
  if (order.fulfilmentState === "fulfilled") return "SHIPPED";
  if (order.fulfilmentState === "partial") return "PARTIALLY_SHIPPED";
  const isPending = order.hold !== undefined || (order.financialState !== "paid" && order.amountDue === undefined);
  return isPending ? "PENDING" : "UNSHIPPED";
}

/** Amazon's times have no fraction of a second. */
const seconds = (time: string): string => time.replace(/\.\d+Z$/, "Z");

/**
 * The order as `getOrder` shows it with every data set. Not from our order, because Amazon's has no place for them:
 * `number`, `paidAt`, `note`, billing address, coordinates, province codes, variants, vendors, properties, the buyer's
 * language and currency, refunds, codes of discounts.
 * https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference
 */
export function orderResource(order: Order) {
  const { id, placedAt, updatedAt, lines, buyer, shipping, shippingAddress, amountDue } = order;
  const status = statusOf(order);
  const isFba = lines.some(({ fulfilledBy }) => fulfilledBy !== undefined);
  return {
    orderId: id,
    createdTime: seconds(placedAt),
    lastUpdatedTime: seconds(updatedAt),
    programs: [...(order.tags ?? []), ...(shipping?.kind === "pick-up" ? ["IN_STORE_PICK_UP"] : [])],
    salesChannel: { channelName: "AMAZON", marketplaceId: MARKETPLACE.id, marketplaceName: MARKETPLACE.name },
    ...(buyer && { buyer: buyerOf(order) }),
    // Amazon shows where an order goes once it is released.
    ...(status !== "PENDING" && shippingAddress && { recipient: recipientOf(shippingAddress) }),
    proceeds: { grandTotal: money(order.total, order), breakdowns: breakdowns(order, allOf(order)) },
    payment: {
      paymentExecutions: [
        {
          paymentMethod: amountDue === undefined ? "CreditCard" : "CashOnDelivery",
          paymentAmount: money(amountDue ?? order.total, order),
        },
      ],
    },
    tax: { taxRegistrations: registrationsOf(order) },
    fulfillment: {
      fulfillmentStatus: status,
      fulfilledBy: isFba ? "AMAZON" : "MERCHANT",
      fulfillmentServiceLevel: LEVELS[shipping?.serviceLevel ?? "standard"],
      ...(shipping?.shipBy && { shipByWindow: { earliestDateTime: placedAt, latestDateTime: shipping.shipBy } }),
      ...((shipping?.deliverFrom ?? shipping?.deliverUntil) && {
        deliverByWindow: { earliestDateTime: shipping?.deliverFrom, latestDateTime: shipping?.deliverUntil },
      }),
    },
    orderItems: lines.map((line, at) => orderItem(line, at, order)),
  };
}

const LEVELS = { standard: "STANDARD", expedited: "EXPEDITED", priority: "NEXT_DAY" } as const;

const money = (amount: string | undefined, { currency }: Order) => ({ amount: amount ?? "0", currencyCode: currency });

function buyerOf({ buyer, attributes = [] }: Order) {
  const named = (name: string) => attributes.find((one) => one.name === name)?.value;
  return {
    buyerName: buyer?.name,
    buyerEmail: buyer?.email,
    buyerCompanyName: named("Company"),
    buyerPurchaseOrderNumber: named("Purchase order"),
  };
}

function recipientOf(address: Address) {
  const { name, firstName = "", lastName = "" } = address;
  return {
    deliveryAddress: {
      name: name ?? `${firstName} ${lastName}`.trim(),
      companyName: address.company,
      addressLine1: address.street1,
      addressLine2: address.street2,
      addressLine3: "",
      city: address.city,
      districtOrCounty: address.district,
      // A code in the United States.
      stateOrRegion: address.country === "US" ? (address.provinceCode ?? address.province) : address.province,
      municipality: "",
      postalCode: address.postcode,
      countryCode: address.country,
      phone: address.phone,
      addressType: "RESIDENTIAL",
    },
    ...(address.remark !== undefined && { deliveryPreference: { addressInstruction: address.remark } }),
  };
}

/** What an order, or an item, costs. */
interface Costs {
  goods: string;
  shipping: string;
  tax: string;
  discount: string;
  shippingDiscount: string;
}

/** Amazon divides the price of shipping among the items; here the first bears it. */
function costsOf(line: Line, at: number, { shipping }: Order): Costs {
  return {
    goods: sum(Array.from({ length: line.quantity }, () => line.unitPrice ?? "0")),
    shipping: at === 0 ? (shipping?.price ?? "0") : "0",
    tax: sum((line.taxes ?? []).map(({ amount }) => amount ?? "0")),
    discount: line.discount ?? "0",
    shippingDiscount: at === 0 ? (shipping?.discount ?? "0") : "0",
  };
}

function allOf(order: Order): Costs {
  const all = order.lines.map((line, at) => costsOf(line, at, order));
  const total = (name: keyof Costs) => sum(all.map((costs) => costs[name]));
  return {
    goods: total("goods"),
    shipping: total("shipping"),
    tax: order.tax ?? total("tax"),
    discount: order.discount ?? total("discount"),
    shippingDiscount: total("shippingDiscount"),
  };
}

/** Details are there for items alone. */
function breakdowns(order: Order, costs: Costs, isItem = false) {
  const { goods, shipping, tax, discount, shippingDiscount } = costs;
  const details = (parts: Record<string, string>) => ({
    detailedBreakdowns: Object.entries(parts).map(([subtype, amount]) => ({ subtype, value: money(amount, order) })),
  });
  const all = [
    { type: "ITEM", amount: goods },
    { type: "SHIPPING", amount: shipping },
    { type: "TAX", amount: tax, ...(isItem && details({ ITEM: tax })) },
    {
      type: "DISCOUNT",
      amount: sum([discount, shippingDiscount]),
      ...(isItem && details({ ITEM: discount, SHIPPING: shippingDiscount })),
    },
  ];
  return all
    .filter(({ type, amount }) => type === "ITEM" || subtract(amount, "0") !== "0")
    .map(({ amount, ...one }) => ({ ...one, subtotal: money(amount, order) }));
}

function orderItem(line: Line, at: number, order: Order) {
  const { gift, giftMessage, taxIds = [], cancelledAt, amountDue } = order;
  const costs = costsOf(line, at, order);
  const ioss = taxIds.find(({ type }) => type === "ioss")?.value;
  const isGift = at === 0 && (gift === true || giftMessage !== undefined);
  return {
    orderItemId: line.id,
    quantityOrdered: line.quantity,
    programs: [],
    product: {
      asin: line.productId ?? "B000000000",
      title: line.title ?? line.sku,
      ...(line.sku !== "" && { sellerSku: line.sku }),
      condition: { conditionType: "NEW", conditionSubtype: "NEW", conditionNote: "" },
      price: { unitPrice: money(line.unitPrice, order) },
    },
    proceeds: {
      proceedsTotal: money(sum([costs.goods, costs.shipping, costs.tax]), order),
      breakdowns: breakdowns(order, costs, true),
    },
    ...(cancelledAt !== undefined && {
      cancellation: { cancellationExecution: { cancelledBy: "MERCHANT", cancelReason: "No stock" } },
    }),
    fulfillment: {
      quantityFulfilled: line.fulfilled ?? (order.fulfilmentState === "fulfilled" ? line.quantity : 0),
      quantityUnfulfilled:
        order.fulfilmentState === "fulfilled" ? 0 : quantityToShip({ ...line, fulfilledBy: undefined }),
      ...(isGift && { packing: { giftOption: { giftMessage, giftWrapLevel: undefined } } }),
      shipping: {
        ...(amountDue !== undefined && { shippingConstraints: { cashOnDelivery: "MANDATORY" } }),
        ...(ioss !== undefined && { internationalShipping: { iossNumber: ioss } }),
      },
    },
  };
}

const REGISTRATIONS: Readonly<Record<string, string>> = { vat: "VAT", national: "CPF" };

function registrationsOf({ taxIds = [] }: Order) {
  const office = taxIds.find(({ type }) => type === "tax-office")?.value;
  const attributes = office === undefined ? [] : [{ key: "TAX_OFFICE", value: office }];
  return taxIds.flatMap(({ type, value }) => {
    const kind = REGISTRATIONS[type];
    return kind === undefined
      ? []
      : {
          entityType: "BUYER",
          taxRegistrationType: kind,
          taxRegistrationNumber: value,
          taxRegistrationAttributes: attributes,
        };
  });
}
