import * as z from "zod/mini";
import { type Attribute, attribute, isYes } from "../../../shared/connector/attributes.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { compare, subtract } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { mapLine } from "./map-line.ts";
import { orderState } from "./order-state.ts";
import { tagsOf } from "./own-order.ts";
import type { ShopAddress, ShopOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** @throws MalformedEvent if the result does not match our own schema: names our field, not its value */
export function mapOrder(shop: ShopOrder, settings: Settings): Order {
  const { customer, billing_address: billing, shipping_address: shipping } = shop;
  const personal = shop.line_items.flatMap(({ properties = [], custom_properties = [] }) => [
    ...properties,
    ...custom_properties,
  ]);
  const giftMessage = attribute(personal, "giftMessage");
  const parsed = z.safeParse(Order, {
    id: shop.id,
    number: shop.number,
    placedAt: shop.created_at,
    updatedAt: shop.updated_at,
    salesPlatform: "Shoplazza",
    shopName: settings.domain,

    lines: shop.line_items.map((line) => mapLine(line, shop)),
    shippingAddress: shipping ? mapAddress(shipping) : null,
    billingAddress: billing ? mapAddress(billing) : undefined,
    buyer: {
      id: customer?.id,
      name: nameOf(customer) ?? nameOf(billing),
      firstName: customer?.first_name,
      lastName: customer?.last_name,
      email: customer?.email ?? shipping?.email ?? billing?.email,
      phone: customer?.phone,
      ip: shop.browser_ip,
    },
    taxIds: taxIds(shop, personal),

    currency: shop.currency,
    ...sums(shop),
    discountCodes: shop.discount_code === undefined ? [] : [shop.discount_code],
    tax: shop.total_tax,
    total: shop.total_price,
    pricesIncludeTax: shop.product_tax_included ?? shop.config?.product_tax_included,

    ...orderState(shop, settings),
    paymentMethod: shop.payment_line?.payment_channel ?? shop.payment_line?.payment_method ?? shop.payment_method,
    shipping: mapShipping(shop),
    gift: giftMessage !== undefined || isYes(attribute(personal, "gift") ?? "no"),
    giftMessage,
    note: shop.customer_note ?? (shop.note?.trim() || undefined),
    tags: tagsOf(shop.tags),
    test: isTest(shop, settings),
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

interface Person {
  name?: string | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
}

const nameOf = (person: Person | null | undefined): string | undefined =>
  person?.name ?? ([person?.first_name, person?.last_name].filter(Boolean).join(" ") || undefined);

const mapAddress = (address: ShopAddress) => ({
  name: nameOf(address),
  firstName: address.first_name,
  lastName: address.last_name,
  company: address.company,
  street1: address.address1,
  street2: address.address2,
  district: address.area,
  city: address.city,
  province: address.province,
  provinceCode: provinceCode(address),
  postcode: address.zip,
  country: address.country_code ?? address.country,
  phone: address.phone,
  email: address.email,
  latitude: address.latitude,
  longitude: address.longitude,
});

/** `KY`, also where the shop writes `US-KY`. */
const provinceCode = ({ province_code: code, country_code: country }: ShopAddress): string | undefined =>
  country !== undefined && code?.toUpperCase().startsWith(`${country.toUpperCase()}-`)
    ? code.slice(country.length + 1) || undefined
    : code;

/** `sub_total` is that of the lines before discounts. */
function sums({ sub_total: lines, total_discount: discount }: ShopOrder) {
  if (!lines || !discount) return { subtotal: lines, discount };
  // A discount of the shipping too may be more than the lines are worth: then it is not known.
  return { subtotal: compare(discount, lines) > 0 ? undefined : subtract(lines, discount), discount };
}

function mapShipping(shop: ShopOrder) {
  const kind = shippingKind(shop);
  const { name, shipping_name, desc } = shop.shipping_line ?? {};
  const method = name ?? shipping_name;
  if (method === undefined && desc === undefined && kind === "ship" && !shop.total_shipping) return undefined;
  return {
    ...(kind !== "ship" && { kind }),
    method,
    code: desc,
    serviceLevel: serviceLevel({ title: method, code: desc }),
    price: shop.total_shipping,
  };
}

/** By the words of the method: the order has no field for it. */
function shippingKind({ line_items, shipping_line: line }: ShopOrder): ShippingKind {
  if (line_items.length > 0 && line_items.every(({ requires_shipping }) => requires_shipping === false))
    return "digital";
  return kindByWords([line?.name, line?.shipping_name, line?.desc]) ?? "ship";
}

/** Brazil's has a field; others are properties that an app of the shop added. */
function taxIds({ shipping_address: address }: ShopOrder, personal: readonly Attribute[]) {
  const cpf = address?.cpf ?? address?.extra_info?.cpf;
  return (["vat", "ioss", "eori", "national", "tax-office"] as const).flatMap((type) => {
    const value = (type === "national" ? cpf : undefined) ?? attribute(personal, type);
    return value ? { type, value } : [];
  });
}

const isTest = ({ payment_line: line }: ShopOrder, { testPayments }: Settings): boolean =>
  testPayments.some((name) => name.toLowerCase() === line?.payment_channel?.toLowerCase());
