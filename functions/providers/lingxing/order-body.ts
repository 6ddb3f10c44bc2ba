import { cutText, filled, wholeText } from "../../../shared/connector/fit-text.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Address } from "../../../shared/order.ts";
import type { Account, Outgoing } from "../provider.ts";
import type { Item } from "./items.ts";
import { packingDate, packingNumber } from "./packing.ts";
import { type Secret, type Settings, STORE_COUNTRIES } from "./settings.ts";

/** The body of `POST /order/amzod/api/createOrder`. What is not there is left out: never `null`, never "". */
export interface OrderBody {
  readonly [field: string]: string | readonly Item[] | undefined;
  order_id: string;
  item_list: Item[];
}

const YES_NO = (yes: boolean | undefined) => (yes === undefined ? undefined : yes ? "是" : "否");
const OPERATION = { ship: "立即配送", hold: "保留订单" } as const;
const SPEED = { standard: "标准配送", expedited: "加急配送", priority: "优先配送" } as const;

/** Amazon's, of `createFulfillmentOrder`. */
const MAX_ORDER_ID = 40;
const MAX_EMAIL = 64;
const MAX_COMMENT = 750;

/** @throws Rejected in one sentence, where the order lacks what Lingxing requires or is over Amazon's limits */
export function toOrderBody(
  { order, reference }: Outgoing,
  address: Address,
  region: string,
  items: Item[],
  account: Account<Settings, Secret>,
): OrderBody {
  const { destination, missing, settings } = account;
  const { buyer, billingAddress, shipping } = order;
  const country = addressCountry(address, account);
  const email = [address.email, buyer?.email, billingAddress?.email].find((text) => text?.trim());
  const phone = [address.phone, buyer?.phone, missing.phone].find((text) => text?.trim());
  const giftMessage = order.gift === false ? undefined : order.giftMessage;
  return {
    store_name: settings.store.name,
    country: settings.store.country,
    order_id: wholeText(reference, MAX_ORDER_ID, "reference", destination),
    is_blank_box: YES_NO(settings.blankBox),
    is_block_amzl: YES_NO(settings.blockAmazonLogistics),
    receiver: requiredField(
      fullName(address) ?? fullName(buyer) ?? address.company,
      "recipient's name",
      account,
      "name",
    ),
    country_code: country === "GB" ? settings.britain : country,
    region,
    ...streetAndCity(address, account),
    postcode: requiredField(address.postcode, "postcode", account, "postcode"),
    phone_number: filled(phone),
    buyers_mailbox: wholeText(
      requiredField(email, "e-mail address", account, "email"),
      MAX_EMAIL,
      "e-mail address",
      destination,
    ),
    order_id_for_packing: packingNumber(order, reference),
    date_for_packing: packingDate(order.placedAt, settings),
    remark_for_packing: remark(filled(giftMessage) ?? settings.packingRemark),
    delivery_operation: OPERATION[settings.deliveryOperation],
    delivery_service: SPEED[shipping?.serviceLevel ?? settings.serviceLevel],
    remark: remark([order.note, address.remark].map(filled).filter(Boolean).join("\n")),
    item_list: items,
  };
}

/** ISO 3166-1. @throws Rejected */
export const addressCountry = (address: Address, account: Account<Settings, Secret>): string =>
  requiredField(address.country, "country", account);

export function shippingAddress({ order }: Outgoing, destination: string): Address {
  if (order.shippingAddress) return order.shippingAddress;
  throw new Rejected(`The order has no shipping address, which ${destination} requires: add it to the order.`);
}

/**
 * Two street lines and a city; the document knows no lengths. Company and district have no field of their own.
 * A Japanese store takes no city (Amazon: "this property should not be used in Japan"), so it opens the street there.
 */
function streetAndCity(address: Address, account: Account<Settings, Secret>) {
  const { settings } = account;
  const street = requiredField(address.street1 ?? address.street2, "street", account);
  const second = [
    address.street1?.trim() ? address.street2 : undefined,
    settings.company === "street" && fullName(address) ? address.company : undefined,
    address.district,
  ];
  const address2 = filled(second.map(filled).filter(Boolean).join(", "));
  if (settings.store.country !== STORE_COUNTRIES.JP) {
    return { address1: street, address2, city: requiredField(address.city, "city", account, "city") };
  }
  const city = settings.japaneseCity === "street" ? filled(address.city) : undefined;
  return { address1: city && !street.includes(city) ? `${city} ${street}` : street, address2 };
}

const remark = (text: string | undefined): string | undefined => filled(cutText(text ?? "", MAX_COMMENT));
