import { isDeepStrictEqual } from "node:util";
import { defined } from "../defined.ts";

/** `hold.reason` of an order that goes to several addresses: only the merchant can say which line goes where. */
export const SEVERAL_ADDRESSES = "the order goes to several addresses";

/** The fields of `Order` that say where the goods go. */
interface ShipTo<Address> {
  shippingAddress: Address | null;
  hold?: { reason: string };
}

/**
 * The address of an order whose channel keeps one for each line, parcel or consignment. An order has one address, so an
 * order to several gets none and is held.
 * @param addresses as they are mapped to ours; null or undefined if that part of the order does not travel
 */
export function shipTo<Address extends object>(addresses: readonly (Address | null | undefined)[]): ShipTo<Address> {
  const [first, ...others] = addresses.flatMap((address) => address ?? []);
  if (first === undefined) return { shippingAddress: null };
  const isSame = (other: Address) => isDeepStrictEqual(defined(other), defined(first));
  if (others.every(isSame)) return { shippingAddress: first };
  return { shippingAddress: null, hold: { reason: SEVERAL_ADDRESSES } };
}
