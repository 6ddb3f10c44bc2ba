import { collectsAll } from "../../../shared/connector/collects-all.ts";
import { cutText, filled } from "../../../shared/connector/fit-text.ts";
import { inPacks } from "../../../shared/connector/in-packs.ts";
import { splitName } from "../../../shared/connector/person-name.ts";
import { provinceOrNone } from "../../../shared/connector/province-or-none.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { shownProperties } from "../../../shared/connector/shown-properties.ts";
import { type Decimal, multiply, sum } from "../../../shared/decimal.ts";
import { defined } from "../../../shared/defined.ts";
import { Rejected } from "../../../shared/errors.ts";
import { type Address, type Line, type Order, progressOf, quantityToShip } from "../../../shared/order.ts";
import type { Account, Outgoing, SentLine } from "../provider.ts";
import { amountsOf } from "./amounts.ts";
import type { Product } from "./products.ts";
import { countryName, type Secret, type Settings } from "./settings.ts";
import { markerOf } from "./shop-order.ts";

type Destination = Account<Settings, Secret>;
export type OrderBody = Record<string, unknown>;

/**
 * `POST /openapi/2022-01/orders`: every field that the document or the specification requires, under 2022-01 names
 * (reference/providers.md 5.3). Money is decimal text, quantities are whole numbers.
 * @throws Rejected for a required value that neither the order nor the destination has
 */
export function toOrderBody(
  outgoing: Outgoing,
  products: ReadonlyMap<string, Product>,
  account: Destination,
): { body: OrderBody; lines: SentLine[] } {
  const { order, lines } = outgoing;
  const { settings } = account;
  const sent = lines.map((line) => sentLine(line, products, account));
  const { discount, tax, shipping, total } = amountsOf(outgoing, shopValue(sent, products));
  const { code, method } = order.shipping ?? {};

  const body: OrderBody = {
    [settings.lineItemsName]: sent.map(({ sku, product, quantity, id }) => ({
      product_id: products.get(sku)?.productId,
      variant_id: product,
      quantity,
      ...customProperties(
        lines.find((line) => line.id === id),
        settings,
      ),
    })),
    shipping_address: shippingAddress(outgoing, account),
    tags: tagsOf(outgoing, settings),
    note: noteOf(outgoing, settings),
    tax_total: order.pricesIncludeTax && settings.taxTotal === "zero-if-included" ? "0.00" : tax,
    currency_code: order.currency,
    discount,
    shipping_line: {
      [settings.createBody === "2026-01" ? "shipping_name" : "name"]: method?.trim() || settings.shippingName,
      shipping_price: shipping,
      ...(code && code !== method && { desc: code }),
    },
    // Any other word means the shop's own way of payment, which is also what is taken when there is none.
    ...(collectsAll(order, total, account.destination) && { payment_line: "COD" }),
    ...(settings.documentFields && {
      created_at: toTheSecond(order.placedAt),
      updated_at: toTheSecond(order.updatedAt),
      ...statuses(outgoing, settings),
    }),
  };
  return { body: settings.createBody === "2026-01" ? { order: body } : body, lines: sent };
}

function sentLine(line: Line, products: ReadonlyMap<string, Product>, { destination }: Destination): SentLine {
  const product = products.get(line.sku);
  if (!product) throw new Rejected(`SKU ${line.sku} is unknown to ${destination}.`);
  const quantity = inPacks(quantityToShip(line), product.packSize, line.sku, destination);
  return { id: line.id, sku: line.sku, quantity, product: product.variantId };
}

/** At the shop's prices; undefined where one is not known. */
function shopValue(sent: readonly SentLine[], products: ReadonlyMap<string, Product>): Decimal | undefined {
  const values = sent.map(({ sku, quantity }) => {
    const price = products.get(sku)?.price;
    return price === undefined ? undefined : multiply(price, String(quantity));
  });
  return values.every((value) => value !== undefined) ? sum(values) : undefined;
}

function shippingAddress({ order }: Outgoing, account: Destination): OrderBody {
  const { settings } = account;
  const address = order.shippingAddress ?? {};
  const country = requiredField(address.country, "country", account);
  const name = splitName({
    name: address.name ?? order.buyer?.name,
    firstName: address.firstName ?? (address.name ? undefined : order.buyer?.firstName),
    lastName: address.lastName ?? (address.name ? undefined : order.buyer?.lastName),
  });
  const [street, second] = [address.street1, address.street2].filter((line) => line?.trim());

  return {
    last_name: requiredField(name.lastName ?? address.company, "recipient's last name", account, "lastName"),
    email: requiredField(address.email?.trim() || order.buyer?.email, "e-mail address", account, "email"),
    country: countryName(country, settings),
    country_code: country,
    ...provinceOf(address, country, account),
    city: requiredField(address.city, "city", account, "city"),
    address: requiredField(street, "street", account),
    ...defined({
      first_name: filled(name.firstName),
      phone: filled(address.phone) ?? filled(order.buyer?.phone) ?? filled(account.missing.phone),
      area: filled(address.district),
      address1: filled(second),
      company: filled(address.company),
      zip: filled(address.postcode) ?? filled(account.missing.postcode),
      cpf: filled(cpfOf(order)),
    }),
    ...coordinates(address, settings),
  };
}

/** Both are required, and most countries have none. */
function provinceOf({ province, provinceCode }: Address, country: string, account: Destination) {
  const { settings, destination } = account;
  const { none, missing } = provinceOrNone(country, account.missing, settings);
  const to = { destination, missing };
  // Ours may be "NM" or "US-NM", as the channel has it.
  const own = filled(provinceCode?.trim().replace(new RegExp(`^${country}-`, "i"), ""));
  const code = own && settings.provinceCode === "with-country" ? `${country}-${own}` : own;
  return {
    province: requiredField(filled(province) ?? own ?? filled(missing.province) ?? none, "province", to, "province"),
    province_code: requiredField(code ?? filled(missing.provinceCode) ?? none, "province code", to, "provinceCode"),
  };
}

/** Only Brazil's has a field. */
const cpfOf = ({ shippingAddress, taxIds = [] }: Order): string | undefined =>
  shippingAddress?.country === "BR" ? taxIds.find(({ type }) => type === "national")?.value : undefined;

function coordinates(
  { latitude, longitude }: { latitude?: Decimal | undefined; longitude?: Decimal | undefined },
  settings: Settings,
): OrderBody {
  if (settings.coordinates === "omit" || latitude === undefined || longitude === undefined) return {};
  return settings.coordinates === "text"
    ? { latitude, longitude }
    : { latitude: Number(latitude), longitude: Number(longitude) };
}

/** The shop keeps them as one text with commas, and no tag but ours may look like our mark. */
function tagsOf({ order, reference }: Outgoing, { orderTags }: Settings): string[] {
  const own = orderTags ? (order.tags ?? []) : [];
  const tags = own.flatMap((tag) => tag.split(",")).map((tag) => tag.trim());
  return [...new Set([markerOf(reference), ...tags.filter((tag) => tag && !tag.startsWith("ext:"))])];
}

/** Our mark first, where nothing is cut; then what the shop has no field for, the buyer's own words last. */
function noteOf({ order, lines, reference }: Outgoing, settings: Settings): string {
  const personal =
    settings.lineProperties === "note"
      ? lines.flatMap(({ sku, properties }) =>
          shownProperties(properties).map(({ name, value }) => `${sku}: ${name} = ${value ?? ""}`),
        )
      : [];
  const parts = [
    markerOf(reference),
    order.number && `Order ${order.number}`,
    ...taxNumbers(order),
    ...personal,
    filled(order.giftMessage) ? `Gift message: ${order.giftMessage}` : order.gift && "Gift",
    order.shippingAddress?.remark && `Delivery: ${order.shippingAddress.remark}`,
    order.note,
  ];
  return cutText(parts.filter(Boolean).join("\n"), settings.noteLength);
}

const TAX_NUMBERS = { vat: "VAT", ioss: "IOSS", eori: "EORI", national: "Tax number", "tax-office": "Tax office" };

/** Customs wants them on the parcel, and the shop has a field for Brazil's only. */
function taxNumbers(order: Order): string[] {
  const cpf = cpfOf(order);
  return (order.taxIds ?? [])
    .filter(({ type, value }) => filled(value) && !(type === "national" && value === cpf))
    .map(({ type, value }) => `${TAX_NUMBERS[type]}: ${value.trim()}`);
}

function customProperties(line: Line | undefined, { lineProperties }: Settings): OrderBody {
  const shown = shownProperties(line?.properties);
  if (lineProperties !== "custom_properties" || shown.length === 0) return {};
  return { custom_properties: shown.map(({ name, value }) => ({ name, value: value ?? "" })) };
}

function statuses({ order }: Outgoing, { statusWords }: Settings): OrderBody {
  const paid = progressOf(order) === "paid";
  return statusWords === "specification"
    ? { order_status: paid ? "placed" : "opened", financial_status: paid ? "paid" : "waiting" }
    : { order_status: "pending", financial_status: paid ? "paid" : "unpaid" };
}

/** As all of the published examples: `2016-01-18T23:41:00Z`. */
export const toTheSecond = (instant: string | number): string =>
  new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");
