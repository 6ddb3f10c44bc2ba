import { exactNumber } from "../../../shared/connector/exact-number.ts";
import { cutText, fitStreet, wholeText } from "../../../shared/connector/fit-text.ts";
import { splitName } from "../../../shared/connector/person-name.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected, Unavailable } from "../../../shared/errors.ts";
import type { Address, Order } from "../../../shared/order.ts";
import { readable } from "./answers.ts";
import type { Context } from "./context.ts";
import { locate } from "./geography.ts";
import { Address as AddressRow, keyOf, Row } from "./rows.ts";
import { levelsOf } from "./settings.ts";

/**
 * Keys of both addresses of a customer. Tax numbers stand on the invoice's, which is the shipping address where the
 * channel gave no other.
 */
export async function addressesOf(
  order: Order,
  customer: string,
  context: Context,
): Promise<{ shipping: string; billing: string }> {
  const { shippingAddress, billingAddress } = order;
  if (!shippingAddress)
    throw new Rejected(`The order has no shipping address, which ${context.account.destination} requires.`);
  // One after the other: two equal ones at once would both be new.
  const shipping = await addressOf(shippingAddress, order, customer, {}, context);
  const billing = await addressOf(
    billingAddress ?? shippingAddress,
    order,
    customer,
    taxFields(order, context),
    context,
  );
  return { shipping, billing };
}

/** `POST addresses/`; one that is there is refused with its hash, by which it is found. */
async function addressOf(
  address: Address,
  order: Order,
  customer: string,
  more: object,
  context: Context,
): Promise<string> {
  const { account, api, memo, channel } = context;
  const written = { ...writeAddress(address, order, context), ...more };
  return memo.of(
    `address ${customer} ${JSON.stringify([address.country, address.city, address.province, address.district, written])}`,
    async () => {
      const { country, city, township, district } = await locate(address, context);
      const path = `${channel}addresses/`;
      const answer = await api.add(path, {
        ...written,
        country: exactNumber(country),
        city: exactNumber(city),
        ...(township !== undefined && { township: exactNumber(township) }),
        ...(district !== undefined && { district: exactNumber(district) }),
        customer: exactNumber(customer),
      });
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
    },
  );
}

function writeAddress(address: Address, { buyer }: Order, { account }: Context): Record<string, unknown> {
  const { destination, settings, missing } = account;
  const named = splitName(address).lastName ? address : splitName(buyer).lastName ? buyer : { name: missing.name };
  const { firstName, lastName } = splitName(named);
  const name = requiredField(lastName ?? address.company, "recipient's name", account, "name");
  const phone = requiredField(address.phone?.trim() || buyer?.phone, "phone number", account, "phone");
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
