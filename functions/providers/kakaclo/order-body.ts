import { cutText, filled, fitStreet, lengthOf, wholeText } from "../../../shared/connector/fit-text.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceOrNone } from "../../../shared/connector/province-or-none.ts";
import { type Recipient, requiredField } from "../../../shared/connector/required-field.ts";
import { shownProperties } from "../../../shared/connector/shown-properties.ts";
import { defined } from "../../../shared/defined.ts";
import type { Address, Order } from "../../../shared/order.ts";
import type { Outgoing, SentLine } from "../provider.ts";
import type { Settings } from "./settings.ts";

/** The document's list, letter for letter. */
const SALE_PLATFORMS = [
  ...["Amazon", "Wish", "eBay", "Walmart", "Groupon", "IrobotBoxERP", "Shopify", "Aliexpress", "OverStock"],
  ...["TopHatter", "JoyBuy", "Homedepot", "Facebookshop", "Mercari", "Facebook Marketplace"],
];

/** The body of `POST /openapi/v2/order/orders`. @throws Rejected where a required value is missing or too long */
export function toOrderBody(
  { order, channel, lines: ordered, reference }: Outgoing,
  lines: readonly SentLine[],
  settings: Settings,
  to: Recipient,
) {
  const channelType = settings.channelTypes[order.shipping?.serviceLevel ?? "standard"];
  return {
    [settings.addressField]: toAddress(order, settings, to),
    remark: toRemark(reference, order, ordered, settings.remarkLimit),
    orderItemsList: lines.map(({ product, quantity }) => ({ sku: product, quantity, channelType })),
    ...defined({ salePlatform: filled(salePlatformOf(order, channel, settings)) }),
    customOrderId: reference,
    channelType,
  };
}

function toAddress(order: Order, settings: Settings, to: Recipient) {
  const address: Address = order.shippingAddress ?? {};
  const whole = (text: string, max: number, field: string) => wholeText(text, max, field, to.destination);
  const optional = (text: string | undefined, max: number, field: string) => text && whole(text, max, field);
  const taxId = (type: "vat" | "ioss") => firstTaxId(order, type)?.value;
  // No field of its own, and in some countries no parcel arrives without it.
  const second = [address.street2?.trim(), address.district?.trim()].filter(Boolean).join(", ");
  const [street1, street2] = fitStreet([address.street1, second], { lines: 2, max: 64, destination: to.destination });
  const country = requiredField(address.country, "country", to);
  const { none, missing } = provinceOrNone(country, to.missing, settings);
  const province = provinceOf(address) ?? filled(missing.province) ?? none;
  return {
    country,
    phone: whole(requiredField(address.phone ?? order.buyer?.phone, "phone", to, "phone"), 64, "phone"),
    recipient: whole(requiredField(recipientOf(address).name, "recipient", to, "name"), 32, "recipient"),
    province: whole(requiredField(province, "province", { ...to, missing }, "province"), 32, "province"),
    ...defined({
      street1: filled(street1),
      street2: filled(street2),
      city: filled(optional(address.city, 64, "city")),
      zip: filled(optional(address.postcode, 32, "postcode")),
      ioss: filled(optional(taxId("ioss"), 32, "IOSS number")),
      vat: filled(optional(taxId("vat"), 32, "VAT number")),
    }),
  };
}

/** The company goes in place of a name that is missing; beside one it has no field. */
function recipientOf(address: Address): { name: string | undefined; company: string | undefined } {
  const name = fullName(address);
  const company = filled(address.company);
  return name === undefined ? { name: company, company: undefined } : { name, company };
}

type TaxId = NonNullable<Order["taxIds"]>[number];

const TAX_NAMES: Record<TaxId["type"], string> = {
  vat: "VAT",
  ioss: "IOSS",
  eori: "EORI",
  national: "Tax ID",
  "tax-office": "Tax office",
};

const firstTaxId = ({ taxIds }: Order, type: TaxId["type"]): TaxId | undefined =>
  taxIds?.find((id) => id.type === type && id.value.trim());

/** Those that have no field. */
function otherTaxIds(order: Order): TaxId[] {
  const sent = [firstTaxId(order, "vat"), firstTaxId(order, "ioss")];
  return (order.taxIds ?? []).filter((id) => !sent.includes(id) && id.value.trim());
}

/** The name, as in the document's sample; the code where there is no name, or it is too long. */
function provinceOf({ province, provinceCode }: Address): string | undefined {
  const fits = province?.trim() && lengthOf(province.trim()) <= 32;
  return fits ? province : (filled(provinceCode) ?? filled(province));
}

function salePlatformOf(order: Order, channel: string, { salePlatforms }: Settings): string | undefined {
  const listed = SALE_PLATFORMS.map((name) => [plain(name), name] as const);
  const configured = Object.entries(salePlatforms).map(([ours, name]) => [plain(ours), name] as const);
  const known = new Map([...listed, ...configured]);
  return known.get(plain(order.salesPlatform ?? "")) ?? known.get(plain(channel));
}

/** `facebook-marketplace` and `Facebook Marketplace` are one name. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Opens every remark: the list returns it, so that it finds the order where `customOrderId` does not. */
export const remarkMark = (reference: string): string => `[${reference}]`;

/** The only free text there: whatever the packer should know, in the order in which it matters if it has to be cut. */
function toRemark(reference: string, order: Order, lines: Outgoing["lines"], limit: number): string {
  const personalised = lines.flatMap((line) =>
    shownProperties(line.properties)
      .filter(({ value }) => value)
      .map(({ name, value }) => `${line.sku} ${name}: ${value}`),
  );
  const { name: _, company } = recipientOf(order.shippingAddress ?? {});
  const parts = [
    order.number && `No. ${order.number}`,
    // Customs hold a parcel without its tax number.
    ...otherTaxIds(order).map(({ type, value }) => `${TAX_NAMES[type]}: ${value}`),
    company && `Company: ${company}`,
    ...personalised,
    order.giftMessage ? `Gift: ${order.giftMessage}` : order.gift && "Gift",
    order.note,
    order.shippingAddress?.remark,
  ];
  return cutText([remarkMark(reference), parts.filter(Boolean).join("; ")].join(" "), limit);
}
