import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { subtract } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import { giftOf, mapLine } from "./map-line.ts";
import { marketplaceCurrency } from "./marketplace-currency.ts";
import { isPickedUp, orderState, whyHeld } from "./order-state.ts";
import type { AmazonAddress, AmazonOrder } from "./payload.ts";
import { amountOf, itemBreakdowns, orderBreakdowns, partOf, pricesIncludeTax } from "./proceeds.ts";
import type { Settings } from "./settings.ts";

/** @throws MalformedEvent if the result does not match our own schema: names our field, not its value */
export function mapOrder(order: AmazonOrder, settings: Settings): Order {
  const { buyer, programs, salesChannel } = order;
  const address = shippingAddress(order, settings);
  const gifts = order.orderItems.flatMap((item) => giftOf(item) ?? []);
  const messages = new Set(gifts.flatMap(({ giftMessage }) => giftMessage ?? []));
  const ofGoods = partOf(itemBreakdowns(order), "DISCOUNT", "ITEM");
  const goods = amountOf(orderBreakdowns(order), "ITEM");
  const reason = whyHeld(order, settings);
  const purchaseOrder = buyer?.buyerPurchaseOrderNumber;
  const company = buyer?.buyerCompanyName;

  const parsed = z.safeParse(Order, {
    id: order.orderId,
    number: order.orderId,
    placedAt: order.createdTime,
    updatedAt: order.lastUpdatedTime,
    salesPlatform: "Amazon",
    shopName: salesChannel?.marketplaceName,
    ...orderState(order),

    lines: order.orderItems.map((item) => mapLine(item, order, settings)),
    shippingAddress: address,
    buyer: { name: buyer?.buyerName, email: buyer?.buyerEmail, phone: address?.phone },
    taxIds: taxIds(order),

    currency: currencyOf(order) ?? settings.currency ?? marketplaceCurrency(salesChannel?.marketplaceId),
    subtotal: goods === undefined ? undefined : subtract(goods, ofGoods ?? "0"),
    discount: ofGoods,
    discountCodes: [...new Set(order.orderItems.flatMap(promotionsOf))],
    tax: amountOf(orderBreakdowns(order), "TAX"),
    total: order.proceeds?.grandTotal?.amount,
    pricesIncludeTax: pricesIncludeTax(order),

    paymentMethod:
      (order.payment?.paymentExecutions ?? []).flatMap(({ paymentMethod }) => paymentMethod ?? []).join(", ") ||
      undefined,

    shipping: shippingOf(order, settings),
    gift: gifts.length > 0,
    giftMessage: [...messages].join("\n") || undefined,
    attributes: [
      ...(company === undefined ? [] : [{ name: "Company", value: company }]),
      ...(purchaseOrder === undefined ? [] : [{ name: "Purchase order", value: purchaseOrder }]),
    ],
    tags: programs,
    hold: reason === undefined ? undefined : { reason },
    test: settings.environment === "sandbox",
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

const promotionsOf = ({ promotion }: AmazonOrder["orderItems"][number]): string[] =>
  (promotion?.breakdowns ?? []).flatMap(({ promotionId }) => promotionId ?? []);

const currencyOf = ({ proceeds, orderItems }: AmazonOrder): string | undefined =>
  [proceeds?.grandTotal, ...orderItems.map(({ product }) => product.price?.unitPrice)].find(Boolean)?.currencyCode;

/** None where the buyer comes: the order then has the shop's. */
function shippingAddress(order: AmazonOrder, settings: Settings) {
  const { deliveryAddress: address, deliveryPreference: wish } = order.recipient ?? {};
  if (!address || isPickedUp(order, settings)) return null;
  const [street1, ...more] = [address.addressLine1, address.addressLine2, address.addressLine3].flatMap(
    (line) => line ?? [],
  );
  return {
    name: address.name,
    company: address.companyName,
    street1,
    street2: more.join(", ") || undefined,
    district: address.extendedFields?.neighborhood ?? address.districtOrCounty,
    city: address.city ?? address.municipality,
    ...provinceOf(address),
    postcode: address.postalCode,
    country: address.countryCode,
    phone: address.phone,
    remark: [wish?.dropOffLocation, wish?.addressInstruction].filter(Boolean).join(", ") || undefined,
  };
}

/** A code in some countries, and a name in others. */
function provinceOf({ countryCode, stateOrRegion: province }: AmazonAddress) {
  const code = provinceCode(countryCode, province) ?? (/^[A-Z0-9]{2,3}$/.test(province ?? "") ? province : undefined);
  return { province, provinceCode: code };
}

function shippingOf(order: AmazonOrder, settings: Settings) {
  const { fulfillmentServiceLevel: level, deliverByWindow, shipByWindow } = order.fulfillment ?? {};
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : instant(text));
  return {
    kind: isPickedUp(order, settings) ? "pick-up" : "ship",
    method: level,
    code: level,
    serviceLevel: serviceLevel({ code: level }),
    price: amountOf(orderBreakdowns(order), "SHIPPING"),
    discount: partOf(itemBreakdowns(order), "DISCOUNT", "SHIPPING"),
    deliverFrom: timeOf(deliverByWindow?.earliestDateTime),
    deliverUntil: timeOf(deliverByWindow?.latestDateTime),
    shipBy: timeOf(shipByWindow?.latestDateTime),
  };
}

const TAX_IDS: Readonly<Record<string, "vat" | "national">> = {
  VAT: "vat",
  CPF: "national",
  CNPJ: "national",
  BUSINESS: "national",
};

/** The buyer's, and the number under which Amazon paid the tax of an import. */
function taxIds({ tax, orderItems }: AmazonOrder) {
  const buyers = (tax?.taxRegistrations ?? []).filter(({ entityType }) => entityType === "BUYER");
  const numbers = buyers.flatMap(({ taxRegistrationType, taxRegistrationNumber: value, taxRegistrationAttributes }) => {
    const type = TAX_IDS[taxRegistrationType ?? ""];
    const office = taxRegistrationAttributes.find(({ key }) => key === "TAX_OFFICE")?.value;
    return [
      ...(type && value !== undefined ? [{ type, value }] : []),
      ...(office === undefined ? [] : [{ type: "tax-office", value: office }]),
    ];
  });
  const imports = orderItems.flatMap(
    ({ fulfillment }) => fulfillment?.shipping?.internationalShipping?.iossNumber ?? [],
  );
  return [...numbers, ...[...new Set(imports)].map((value) => ({ type: "ioss", value }))];
}
