import { wholeText } from "../../../shared/connector/fit-text.ts";
import { splitName } from "../../../shared/connector/person-name.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected, Unavailable } from "../../../shared/errors.ts";
import type { Order } from "../../../shared/order.ts";
import { readable } from "./answers.ts";
import type { Query } from "./api.ts";
import type { Context } from "./context.ts";
import { hash } from "./memo.ts";
import { Customer, keyOf, Row } from "./rows.ts";

/**
 * The buyer's customer: the one of that e-mail, else a new one. Its `channel_code`, unique there, follows from the e-mail
 * alone, so that two orders of one new buyer at once cannot make two customers.
 * @returns its key
 */
export function customerOf(order: Order, { account, api, memo, channel }: Context): Promise<string> {
  const { destination, secret } = account;
  const { buyer, shippingAddress, billingAddress } = order;
  const email = requiredField(
    buyer?.email?.trim() || billingAddress?.email?.trim() || shippingAddress?.email,
    "e-mail address",
    account,
    "email",
  );
  const path = `${channel}customers/`;
  const channelCode = `or-${hash(email.toLowerCase()).slice(0, 40)}`;

  async function find(filter: Query, isMeant: (row: Customer) => boolean) {
    const { rows } = await api.list(path, { ...filter, channel: String(secret.channelId) }, Customer, 1);
    const hits = rows.filter(isMeant);
    // Of several the one we made, else the first, as the vendor's app takes.
    const hit = hits.find((row) => row.channel_code === channelCode) ?? hits[0];
    return hit && keyOf(hit);
  }
  const byEmail = () => find({ email }, (row) => String(row.email ?? "").toLowerCase() === email.toLowerCase());
  const byCode = () => find({ channel_code: channelCode }, (row) => row.channel_code === channelCode);

  async function add(): Promise<string> {
    const person = [buyer, billingAddress, shippingAddress].find((each) => splitName(each ?? {}).lastName);
    const { firstName, lastName } = splitName(person ?? { name: account.missing.name });
    const phone = buyer?.phone ?? billingAddress?.phone ?? shippingAddress?.phone;
    const answer = await api.add(path, {
      email,
      ...(firstName && { first_name: wholeText(firstName, 255, "buyer's first name", destination) }),
      ...(lastName && { last_name: wholeText(lastName, 255, "buyer's last name", destination) }),
      ...(phone?.trim() && { phone_number: wholeText(phone, 128, "buyer's phone number", destination) }),
      is_active: true,
      channel_code: channelCode,
      extra_field: buyer?.id === undefined ? {} : { id: buyer.id },
      channel: secret.channelId,
    });
    // Taken: another record was faster, or the e-mail of that customer was changed there.
    if (answer.status === 400 || answer.status === 406 || answer.status === 409) {
      const other = (await byEmail()) ?? (await byCode());
      if (other !== undefined) return other;
      throw new Rejected(`Omnitron did not take the order's customer (${answer.status}): ${api.quote(answer)}`);
    }
    const made = keyOf(readable(answer, Row, "a new customer", api, Rejected)) ?? (await byEmail());
    if (made === undefined) throw new Unavailable("Omnitron made a customer and does not find it.");
    return made;
  }

  return memo.of(`customer ${email.toLowerCase()}`, async () => (await byEmail()) ?? (await add()));
}
