import { SEVERAL_ADDRESSES } from "../../../shared/connector/ship-to.ts";
import type { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import type { Meta, RestAddress, RestOrder, ShippingLine } from "./payload.ts";

/** Methods by which the buyer fetches the goods: of the classic checkout, of the block checkout, and of its extension. */
const PICK_UP = new Set(["local_pickup", "pickup_location", "local_pickup_plus", "legacy_local_pickup"]);
const LOCAL = new Set(["local_delivery", "legacy_local_delivery"]);

const PLACE = ["first_name", "last_name", "company", "address_1", "address_2", "city", "postcode"] as const;

const isFilled = (address: RestAddress | undefined): boolean => PLACE.some((field) => address?.[field] !== undefined);

/**
 * Nothing says how or where it is shipped. Either nothing of it is shipped, or the shop's staff entered it: only its
 * products say which.
 */
export const mayBeDigital = ({ line_items, shipping_lines, shipping }: RestOrder): boolean =>
  line_items.length > 0 && shipping_lines.length === 0 && !isFilled(shipping);

type ShipTo = Pick<Order, "hold"> & { kind: ShippingKind; address: RestAddress | null };

/** How, and to which address. @param virtualLines IDs of lines whose products are not shipped */
export function shipToOf(rest: RestOrder, virtualLines: ReadonlySet<string>): ShipTo {
  const { line_items, shipping_lines, shipping, billing, meta_data } = rest;
  if (line_items.length > 0 && line_items.every(({ id }) => virtualLines.has(id))) {
    return { kind: "digital", address: null };
  }
  const kinds = new Set(shipping_lines.map(kindOf));
  const [kind = "ship"] = kinds;
  if (kinds.size > 1 || goesToSeveral(meta_data))
    return { kind: "ship", address: null, hold: { reason: SEVERAL_ADDRESSES } };
  if (shipping !== undefined && isFilled(shipping)) return { kind, address: shipping };
  // The shop ships to the billing address alone, and some versions leave the other one empty then.
  const isShipped = shipping_lines.length > 0 && kind !== "pick-up" && isFilled(billing);
  return { kind, address: isShipped ? (billing ?? null) : null };
}

/** `flat_rate` and `flat_rate:3` are one method. */
function kindOf({ method_id = "" }: ShippingLine): ShippingKind {
  const [method = ""] = method_id.split(":");
  if (PICK_UP.has(method)) return "pick-up";
  return LOCAL.has(method) ? "local" : "ship";
}

/** By the extension "Shipping Multiple Addresses". */
const goesToSeveral = (metas: readonly Meta[]): boolean =>
  metas.some(({ key, value }) => key === "_multiple_shipping" && ["yes", "1", "true"].includes(String(value)));
