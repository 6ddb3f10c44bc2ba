import { Rejected } from "../errors.ts";
import type { Address, Order } from "../order.ts";
import type { Recipient } from "./required-field.ts";

/**
 * No parcel arrives without a street and a city or a postcode, whatever the provider's document requires: shops on small
 * plans get addresses of a country and a name alone.
 * @throws Rejected with one sentence that says what the address lacks
 */
export function requireParcelAddress(
  { shippingAddress }: Pick<Order, "shippingAddress">,
  { destination, missing }: Recipient,
): void {
  const refuse = (lack: string, remedy: string) =>
    new Rejected(`The order has ${lack}, and ${destination} can send no parcel without it: ${remedy}.`);
  const add = "add it to the order";
  if (!shippingAddress || !hasAny(Object.values(shippingAddress))) throw refuse("no shipping address", add);
  const { street1, street2, city, postcode }: Address = shippingAddress;
  if (!hasAny([street1, street2])) throw refuse("no street in its shipping address", add);
  if (!hasAny([city, postcode, missing.city, missing.postcode])) {
    throw refuse("neither city nor postcode in its shipping address", `${add}; one of them is enough`);
  }
}

const hasAny = (texts: readonly (string | undefined)[]): boolean => texts.some((text) => text?.trim());
