import { filled, wholeText } from "../../../shared/connector/fit-text.ts";
import { fullName } from "../../../shared/connector/person-name.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Address } from "../../../shared/order.ts";
import type { Account, Outgoing } from "../provider.ts";
import type { Item } from "./items.ts";
import { orderRemark } from "./order-remark.ts";
import { packingDate, packingNumber, packingRemark } from "./packing.ts";
import { type Secret, type Settings, STORE_COUNTRIES } from "./settings.ts";
import { streetLines } from "./street-lines.ts";

/** The body of `POST /order/amzod/api/createOrder`. What is not there is left out: never `null`, never "". */
export interface OrderBody {
  readonly [field: string]: string | readonly Item[] | undefined;
  order_id: string;
  item_list: Item[];
}

const YES_NO = (yes: boolean | undefined) => (yes === undefined ? undefined : yes ? "是" : "否");
const OPERATION = { ship: "立即配送", hold: "保留订单" } as const;
const SPEED = { standard: "标准配送", expedited: "加急配送", priority: "优先配送" } as const;

/** Amazon's, of `createFulfillmentOrder`; no setting, because our references are cut to it. */
const MAX_ORDER_ID = 40;

/** @throws Rejected in one sentence, where the order lacks what Lingxing requires or is over Amazon's limits */
export function toOrderBody(
  outgoing: Outgoing,
  address: Address,
  region: string,
  items: Item[],
  account: Account<Settings, Secret>,
): OrderBody {
  const { order, reference } = outgoing;
  const { destination, missing, settings } = account;
  const { limits } = settings;
  const { buyer, billingAddress, shipping } = order;
  const country = addressCountry(address, account);
  const email = [address.email, buyer?.email, billingAddress?.email].find((text) => text?.trim());
  const phone = [address.phone, buyer?.phone, missing.phone].map(filled).find((text) => text !== undefined);
  const name = fullName(address) ?? fullName(buyer) ?? address.company;
  const whole = (text: string, max: number, field: string) => wholeText(text, max, field, destination);
  return {
    store_name: settings.store.name,
    country: settings.store.country,
    order_id: whole(reference, MAX_ORDER_ID, "reference"),
    is_blank_box: YES_NO(settings.blankBox),
    is_block_amzl: YES_NO(settings.blockAmazonLogistics),
    receiver: whole(requiredField(name, "recipient's name", account, "name"), limits.name, "recipient's name"),
    country_code: country === "GB" ? settings.britain : country,
    region,
    ...streetAndCity(address, account),
    postcode: requiredField(address.postcode, "postcode", account, "postcode"),
    phone_number: phone && whole(phone, limits.phone, "phone number"),
    buyers_mailbox: whole(requiredField(email, "e-mail address", account, "email"), limits.email, "e-mail address"),
    order_id_for_packing: packingNumber(order, reference),
    date_for_packing: packingDate(order.placedAt, settings),
    remark_for_packing: packingRemark(order, account),
    delivery_operation: OPERATION[settings.deliveryOperation],
    delivery_service: SPEED[shipping?.serviceLevel ?? settings.serviceLevel],
    remark: orderRemark(outgoing, limits.remark),
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
 * Two street lines and a city. Company and district have no field of their own. A Japanese store needs no city (Amazon:
 * "this property should not be used in Japan"), so it opens the street there.
 */
function streetAndCity(address: Address, account: Account<Settings, Secret>) {
  const { destination, settings } = account;
  const { limits } = settings;
  const street = requiredField(filled(address.street1) ?? address.street2, "street", account);
  const second = filled(address.street1) ? address.street2 : undefined;
  const company = settings.company === "street" && fullName(address) ? address.company : undefined;
  const linesFrom = (first: string) => streetLines([first, second, company, address.district], limits, destination);
  const whole = (city: string) => wholeText(city, limits.city, "city", destination);
  if (settings.store.country !== STORE_COUNTRIES.JP) {
    return { ...linesFrom(street), city: whole(requiredField(address.city, "city", account, "city")) };
  }
  const city = filled(address.city);
  if (city === undefined || settings.japaneseCity === "none") return linesFrom(street);
  if (settings.japaneseCity === "city") return { ...linesFrom(street), city: whole(city) };
  return linesFrom(street.includes(city) ? street : `${city} ${street}`);
}
