import * as z from "zod/mini";
import { exactNumber } from "../../../shared/connector/exact-number.ts";
import { cutText, filled, wholeText } from "../../../shared/connector/fit-text.ts";
import { shownProperties } from "../../../shared/connector/shown-properties.ts";
import { defined } from "../../../shared/defined.ts";
import { isCashOnDelivery, type Order, progressOf } from "../../../shared/order.ts";
import type { Account, Outgoing } from "../provider.ts";
import type { Amounts } from "./amounts.ts";
import type { Lists } from "./channel-setup.ts";
import type { Item } from "./items.ts";
import type { Secret, Settings } from "./settings.ts";

/** Keys that were found or made before, and what each item costs. */
export interface Parts {
  customer: string;
  shippingAddress: string;
  billingAddress: string;
  cargoCompany: string;
  lists: Lists;
  items: readonly Item[];
  amounts: Amounts;
  /** On delivery. */
  isCollected: boolean;
}

/**
 * The body of `create_orders/`: exactly the fields of reference/providers.md 4.2. Numbers carry the digits of our decimals;
 * what the document's sample shows besides (refunds, instalments, tracking …) is never sent.
 */
export function toOrderBody(
  outgoing: Pick<Outgoing, "order" | "reference">,
  parts: Parts,
  account: Account<Settings, Secret>,
): string {
  const { order, reference } = outgoing;
  const { settings, secret, destination } = account;
  const { items, amounts } = parts;
  const { shipping, buyer } = order;
  const status = progressOf(order) === "paid" ? settings.paidStatus : settings.unpaidStatus;
  const currency = order.currency.toLowerCase();
  const deliveryType = settings.deliveryTypes[shipping?.serviceLevel ?? "standard"];

  return JSON.stringify({
    order: {
      number: reference,
      channel: secret.channelId,
      status,
      date_placed: seconds(order.placedAt),
      customer: exactNumber(parts.customer),
      shipping_address: exactNumber(parts.shippingAddress),
      billing_address: exactNumber(parts.billingAddress),
      currency,
      amount: exactNumber(amounts.amount),
      shipping_amount: exactNumber(amounts.shipping),
      net_shipping_amount: exactNumber(amounts.netShipping),
      shipping_tax_rate: exactNumber(amounts.shippingTaxRate),
      discount_amount: exactNumber(amounts.discount),
      extra_field: orderExtras(order),
      ...(deliveryType && { delivery_type: deliveryType }),
      cargo_company: exactNumber(parts.cargoCompany),
      ...defined({ remote_addr: addressOf(buyer?.ip) }),
      // A message needs a box to lie in.
      has_gift_box: order.gift === true || filled(order.giftMessage) !== undefined,
      ...(order.giftMessage?.trim() && { gift_box_note: cutText(order.giftMessage, 160) }),
      client_type: "default",
      ...defined({ language_code: languageOf(buyer?.language) }),
      ...(order.note?.trim() && { notes: cutText(order.note, 320) }),
      ...(shipping?.deliverFrom &&
        shipping.deliverUntil && { delivery_range: { start: shipping.deliverFrom, end: shipping.deliverUntil } }),
      ...shippingOption(order, settings, destination),
      ...payment(parts, settings),
      ...(settings.segment && { segment: settings.segment }),
    },
    order_item: items.map((item) => itemBody(item, { status, currency, order, lists: parts.lists, settings })),
  });
}

function itemBody(
  item: Item,
  {
    status,
    currency,
    order,
    lists,
    settings,
  }: { status: string; currency: string; order: Order; lists: Lists; settings: Settings },
) {
  const { line } = item;
  return {
    product: exactNumber(item.product),
    status,
    price_currency: currency,
    price: exactNumber(item.price),
    quantity: item.quantity,
    unit_price: exactNumber(item.price),
    total_price: exactNumber(item.total),
    ...(item.taxRate !== undefined && { tax_rate: exactNumber(item.taxRate) }),
    ...(item.tax !== undefined && { tax_amount: exactNumber(item.tax) }),
    discount_amount: exactNumber(item.discount),
    retail_price: exactNumber(item.retailPrice),
    ...(lists.priceList !== undefined && { price_list: exactNumber(lists.priceList) }),
    ...(lists.stockList !== undefined && { stock_list: exactNumber(lists.stockList) }),
    attributes: attributesOf(line),
    extra_field: {
      id: item.id,
      ...(line.sku && { sku: line.sku }),
      ...defined({ customs_value: line.customsValue, customs_currency: line.customsCurrency }),
    },
    ...(order.shipping?.deliverUntil && { estimated_delivery_date: order.shipping.deliverUntil.slice(0, 10) }),
    ...defined({ datasource: settings.datasource }),
  };
}

/** A second property of a name gets a number: "Line", "Line (2)". */
function attributesOf({ properties }: Item["line"]): Record<string, string> {
  const attributes = new Map<string, string>();
  for (const { name, value = "" } of shownProperties(properties)) {
    let unique = name;
    for (let number = 2; attributes.has(unique); number++) unique = `${name} (${number})`;
    attributes.set(unique, value);
  }
  return Object.fromEntries(attributes);
}

const Ip = z.union([z.ipv4(), z.ipv6()]);

/** What is no address would fail the whole order. */
const addressOf = (ip: string | undefined): string | undefined => Ip.safeParse(ip?.trim()).data;

/** BCP 47 in lower case; a shop's own word would fail the whole order. */
function languageOf(language: string | undefined): string | undefined {
  const tag = language?.trim().toLowerCase().replaceAll("_", "-") ?? "";
  return tag.length <= 16 && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(tag) ? tag : undefined;
}

/** What has no field of its own; `id` and `name` are the document's. */
const orderExtras = (order: Order) => ({
  id: order.id,
  ...defined({ name: order.number }),
  ...(order.salesPlatform && { platform: order.salesPlatform }),
  ...(order.shopName && { shop: order.shopName }),
  ...(order.shipping?.method && { shipping_method: order.shipping.method }),
  ...(order.shipping?.shipBy && { ship_by: order.shipping.shipBy }),
  ...(order.paymentMethod && { payment_method: order.paymentMethod }),
  ...(isCashOnDelivery(order) && { cash_on_delivery: true, ...defined({ amount_due: order.amountDue }) }),
  ...(order.discountCodes?.length && { discount_codes: order.discountCodes }),
  ...(order.tags?.length && { tags: order.tags }),
  ...(shownProperties(order.attributes).length > 0 && { attributes: shownProperties(order.attributes) }),
  ...extraTaxIds(order),
});

/** IOSS and EORI numbers, which Omnitron's addresses have no field for. */
function extraTaxIds({ taxIds = [] }: Order) {
  const others = taxIds.filter(({ type }) => type === "ioss" || type === "eori");
  return others.length > 0 ? { tax_ids: others } : {};
}

function shippingOption({ shipping }: Order, settings: Settings, destination: string) {
  const own = settings.sendShippingCode ? shipping?.code?.trim() : undefined;
  const slug = settings.shippingOptionSlug ?? own;
  // What is no slug would fail the whole order.
  if (!slug || (slug === own && !/^[-\w]+$/.test(slug))) return {};
  return { shipping_option_slug: wholeText(slug, 128, "shipping option", destination) };
}

function payment({ isCollected }: Parts, settings: Settings) {
  const option = isCollected ? { ...settings, ...settings.cashOnDelivery } : settings;
  return {
    ...defined({ payment_option: option.paymentOption, payment_option_slug: option.paymentOptionSlug }),
  };
}

/** As the document writes it: `2025-01-01T00:00:00Z`, a fraction only where there is one. */
const seconds = (instant: string): string => instant.replace(/\.000Z$/, "Z");
