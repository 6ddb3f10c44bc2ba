import { exactNumber } from "../../../shared/connector/exact-number.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import type { Recipient } from "../../../shared/connector/required-field.ts";
import { shownProperties } from "../../../shared/connector/shown-properties.ts";
import { divide, multiply, round, shortest } from "../../../shared/decimal.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import { type Address, isCashOnDelivery, type Line, type Order, quantityToShip } from "../../../shared/order.ts";
import type { Outgoing, SentLine } from "../provider.ts";
import type { Settings } from "./settings.ts";
import { unitPriceOf } from "./unit-price.ts";

/** @throws Misconfigured where the destination names no account for that connection: the stage file lacks it, not the order */
export function accountIdOf(
  { channel, connection }: Pick<Outgoing, "channel" | "connection">,
  { accountId }: Pick<Settings, "accountId">,
  { destination }: Recipient,
): string {
  if (typeof accountId === "string") return accountId;
  const path = `${channel}/${connection}`;
  const found = Object.hasOwn(accountId, path) ? accountId[path] : undefined;
  if (found !== undefined) return found;
  throw new Misconfigured(
    `${destination} has no S2 account for ${path}: add it to settings.accountId in the stage file.`,
  );
}

/** The body of `POST /order`: every key, "" or null where there is no value. */
export function toOrderBody(outgoing: Outgoing, lines: readonly SentLine[], settings: Settings, to: Recipient) {
  const { order, reference } = outgoing;
  const { shipping, billingAddress } = order;
  const shipTo = order.shippingAddress;
  return {
    accountId: accountIdOf(outgoing, settings, to),
    channelOrderId: reference,
    channelOrderIdAlt: order.number ?? "",
    // A second way to find it again, should the first be altered.
    channelOrderIdAlt2: reference,
    channelShippingMethod: methodOf(shipping ?? {}, settings),
    shippingAddress: {
      ...toAddress(shipTo ?? {}, settings, order.buyer),
      name: fullName(shipTo ?? undefined) ?? fullName(order.buyer) ?? text(to.missing.name),
    },
    billingAddress: billingAddress ? toAddress(billingAddress, settings) : null,
    channelOrderDate: order.placedAt,
    currencyId: order.currency,
    [settings.itemsField]: lines.map((line, index) => toItem(line, outgoing.lines[index], order, settings)),
    meta: underMetaKey(settings, orderMeta(outgoing)),
    attachments: [],
  };
}

/** A method without one of our levels goes by its own name: "DHL Express" is not standard. */
function methodOf(
  { serviceLevel, method, code }: NonNullable<Order["shipping"]>,
  { shippingMethods }: Settings,
): string {
  const named = text(method) || text(code);
  if (serviceLevel === undefined) return named || text(shippingMethods.standard);
  return shippingMethods[serviceLevel] ?? named;
}

function toAddress(address: Address, { state }: Settings, buyer?: Order["buyer"]) {
  const { province, provinceCode } = address;
  // ISO 3166-2 has the country in front: DE-BY.
  const code = text(provinceCode).replace(/^[A-Z]{2}-(?=.)/, "");
  return {
    name: fullName(address) ?? "",
    company: text(address.company),
    address1: text(address.street1),
    // No field for the district, and in some countries no parcel arrives without it.
    address2: [text(address.street2), text(address.district)].filter(Boolean).join(", "),
    city: text(address.city),
    state: state === "code" ? code || text(province) : text(province) || code,
    postalCode: text(address.postcode),
    countryId: text(address.country),
    phone: text(address.phone) || text(buyer?.phone),
    email: text(address.email) || text(buyer?.email),
  };
}

const text = (value: string | undefined): string => value?.trim() ?? "";

function toItem({ id, product, quantity }: SentLine, line: Line | undefined, order: Order, settings: Settings) {
  const piece = line ? unitPriceOf(line, order, settings.unitPrice) : "0";
  // Of one of theirs: a pack costs what its pieces cost.
  const pieces = line ? quantityToShip(line) : quantity;
  const price =
    pieces === quantity ? piece : shortest(round(divide(multiply(piece, String(pieces)), String(quantity), 8), 4));
  return {
    channelOrderItemId: id,
    productId: product,
    quantity,
    unitPrice: exactNumber(price),
    meta: underMetaKey(settings, line ? lineMeta(line) : {}),
  };
}

function underMetaKey({ meta, metaKey }: Settings, values: Record<string, unknown>): Record<string, unknown> {
  const filled = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return meta && filled.length > 0 ? { [metaKey]: Object.fromEntries(filled) } : {};
}

/** What S2 has no field for and a warehouse or an accountant may ask for. Amounts stay decimal strings. */
function orderMeta({ channel, connection, order }: Outgoing): Record<string, unknown> {
  const { shipping = {}, shippingAddress, buyer } = order;
  return {
    channel,
    connection,
    channelOrderId: order.id,
    salesPlatform: order.salesPlatform,
    shopName: order.shopName,
    paidAt: order.paidAt,
    note: order.note,
    gift: order.gift,
    giftMessage: order.giftMessage,
    deliveryRemark: shippingAddress?.remark,
    latitude: shippingAddress?.latitude,
    longitude: shippingAddress?.longitude,
    tags: order.tags,
    attributes: shownProperties(order.attributes),
    subtotal: order.subtotal,
    discount: order.discount,
    discountCodes: order.discountCodes,
    tax: order.tax,
    total: order.total,
    refunded: order.refunded,
    buyerCurrency: order.buyerCurrency,
    pricesIncludeTax: order.pricesIncludeTax,
    financialState: order.financialState,
    paymentMethod: order.paymentMethod,
    cashOnDelivery: isCashOnDelivery(order),
    amountDue: order.amountDue,
    taxIds: order.taxIds,
    shippingCode: shipping.code,
    serviceLevel: shipping.serviceLevel,
    shippingPrice: shipping.price,
    shippingDiscount: shipping.discount,
    shippingTaxRate: shipping.taxRate,
    deliverFrom: shipping.deliverFrom,
    deliverUntil: shipping.deliverUntil,
    shipBy: shipping.shipBy,
    buyerId: buyer?.id,
    buyerName: fullName(buyer),
    language: buyer?.language,
  };
}

const lineMeta = (line: Line): Record<string, unknown> => ({
  sku: line.sku,
  title: line.title,
  variantTitle: line.variantTitle,
  vendor: line.vendor,
  properties: shownProperties(line.properties),
  quantityOrdered: line.quantity,
  compareAtPrice: line.compareAtPrice,
  discount: line.discount,
  taxes: line.taxes,
  customsValue: line.customsValue,
  customsCurrency: line.customsCurrency,
  channelProductId: line.productId,
  channelVariantId: line.variantId,
});
