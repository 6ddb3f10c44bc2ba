import { exactNumber } from "../../../shared/connector/exact-number.ts";
import { cutText, filled, fitStreet, wholeText } from "../../../shared/connector/fit-text.ts";
import { splitName } from "../../../shared/connector/person-name.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected, Unavailable } from "../../../shared/errors.ts";
import type { Address, Order } from "../../../shared/order.ts";
import { readable } from "./answers.ts";
import type { Context } from "./context.ts";
import { type Location, locate } from "./geography.ts";
import { Address as AddressRow, keyOf, Row } from "./rows.ts";
import { levelsOf } from "./settings.ts";

/**
 * Keys of both addresses of a customer. Tax numbers stand on the invoice's, which is the shipping address where the
 * channel gave no other, or one without a street.
 */
export async function addressesOf(
  order: Order,
  customer: string,
  context: Context,
): Promise<{ shipping: string; billing: string }> {
  const { shippingAddress, billingAddress } = order;
  if (!shippingAddress)
    throw new Rejected(`The order has no shipping address, which ${context.account.destination} requires.`);
  const place = await locate(shippingAddress, "shipping", context);
  // One after the other: two equal ones at once would both be new.
  const shipping = await keyOfAddress({ address: shippingAddress, place, more: {} }, order, customer, context);
  const more = taxFields(order, context);
  const invoiced =
    billingAddress && (filled(billingAddress.street1) ?? filled(billingAddress.street2))
      ? await placeInvoice(billingAddress, place, context)
      : { address: shippingAddress, place };
  return { shipping, billing: await keyOfAddress({ ...invoiced, more }, order, customer, context) };
}

interface Placed {
  address: Address;
  place: Location;
}

/**
 * Omnitron's geography has the places where its tenant delivers; an invoice may go anywhere. Such an address keeps its
 * own names in the street line.
 */
async function placeInvoice(address: Address, shipping: Location, context: Context): Promise<Placed> {
  try {
    return { address, place: await locate(address, "billing", context) };
  } catch (error) {
    if (context.account.settings.billingGeography !== "shipping" || !(error instanceof Rejected)) throw error;
    const { street1, street2, district, city, province, country, ...rest } = address;
    const street = [street1, street2, district, city, province, country].map((part) => filled(part)).filter(Boolean);
    context.notes.push(
      "Omnitron does not know the places of the billing address: it has those of the shipping address.",
    );
    return { address: { ...rest, street1: street.join(", ") }, place: shipping };
  }
}

/** `POST addresses/`; one that is there is refused with its hash, by which it is found. */
async function keyOfAddress(
  { address, place, more }: Placed & { more: object },
  order: Order,
  customer: string,
  context: Context,
): Promise<string> {
  const { account, api, memo, channel } = context;
  const { country, city, township, district } = place;
  const body = {
    ...writeAddress(address, order, context),
    ...more,
    country: exactNumber(country),
    city: exactNumber(city),
    ...(township !== undefined && { township: exactNumber(township) }),
    ...(district !== undefined && { district: exactNumber(district) }),
    customer: exactNumber(customer),
  };
  return memo.of(`address ${JSON.stringify(body)}`, async () => {
    const path = `${channel}addresses/`;
    const answer = await api.add(path, body);
    if (answer.status >= 400) {
      const [, known] = /hash_data:\s*([0-9a-f]{32})/i.exec(answer.text) ?? [];
      if (known === undefined) {
        throw new Rejected(`Omnitron did not take the order's address (${answer.status}): ${api.quote(answer)}`);
      }
      const { rows } = await api.list(path, { hash_data: known }, AddressRow, 1);
      const hits = rows.filter((row) => row.hash_data == null || row.hash_data === known);
      const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
      if (pk !== undefined) return pk;
      throw new Rejected(
        `Omnitron says that the order's address is there already and finds ${hits.length} of it: look at the customer's addresses of ${account.destination} there.`,
      );
    }
    const pk = keyOf(readable(answer, Row, "a new address", api, Rejected));
    // Sending it again gets its hash.
    if (pk === undefined) throw new Unavailable("Omnitron took an address and did not say its key.");
    return pk;
  });
}

function writeAddress(address: Address, order: Order, { account }: Context): Record<string, unknown> {
  const { destination, settings, missing } = account;
  const { buyer, shippingAddress } = order;
  const named = splitName(address).lastName ? address : splitName(buyer).lastName ? buyer : { name: missing.name };
  const { firstName, lastName } = splitName(named);
  const name = requiredField(lastName ?? address.company, "recipient's name", account, "name");
  const phone = requiredField(
    filled(address.phone) ?? filled(buyer?.phone) ?? shippingAddress?.phone,
    "phone number",
    account,
    "phone",
  );
  const email = address.email?.trim() || buyer?.email?.trim() || missing.email;
  const postcode = address.postcode?.trim() || missing.postcode;
  const [line] = fitStreet([streetOf(address, settings)], { lines: 1, max: 255, destination });
  return {
    phone_number: wholeText(phone, 128, "phone number", destination),
    ...(email && { email: wholeText(email, 254, "e-mail address", destination) }),
    ...(firstName && { first_name: wholeText(firstName, 255, "recipient's first name", destination) }),
    last_name: wholeText(name, 255, "recipient's last name", destination),
    line: requiredField(line, "street", account),
    ...(settings.addressTitle && { title: settings.addressTitle }),
    ...(postcode && { postcode: wholeText(postcode, 64, "postcode", destination) }),
    ...(address.remark?.trim() && { notes: cutText(address.remark, 512) }),
    ...(address.company?.trim() && { company_name: wholeText(address.company, 255, "company", destination) }),
  };
}

/** One line there: ours joined, with the province where nothing else carries it. */
function streetOf(address: Address, settings: Context["account"]["settings"]): string {
  const levels = Object.values(levelsOf(settings, address.country ?? ""));
  const province = settings.province === "line" && !levels.includes("province") ? address.province : undefined;
  const district = levels.includes("district") ? undefined : address.district;
  return [address.street1, address.street2, district, province]
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(", ");
}

const TAX_FIELDS = {
  "tax-office": ["tax_office", 64],
  vat: ["tax_no", 20],
  national: ["identity_number", 64],
} as const;

/** IOSS and EORI numbers have no field there. */
function taxFields({ taxIds = [] }: Order, { account }: Context): Record<string, string> {
  return Object.fromEntries(
    taxIds.flatMap(({ type, value }) => {
      if (type === "ioss" || type === "eori") return [];
      const [field, max] = TAX_FIELDS[type];
      return [[field, wholeText(value, max, `${type} number`, account.destination)]];
    }),
  );
}
