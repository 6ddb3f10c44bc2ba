import { omit } from "../../../../shared/omit.ts";
import type { Address, Order } from "../../../../shared/order.ts";
import { gid, idNumber, relatedId, shopTime } from "./fields.ts";

const countryNames = new Intl.DisplayNames(["en"], { type: "region" });

/** Shopify's addresses have no district and no e-mail address. */
export function addressResource(address: Address) {
  const { first, last } = namesOf(address);
  return {
    first_name: first,
    address1: address.street1 ?? null,
    phone: address.phone ?? null,
    city: address.city ?? null,
    zip: address.postcode ?? null,
    province: address.province ?? null,
    country: address.country === undefined ? null : countryNames.of(address.country),
    last_name: last,
    address2: address.street2 ?? null,
    company: address.company ?? null,
    latitude: address.latitude === undefined ? null : Number(address.latitude),
    longitude: address.longitude === undefined ? null : Number(address.longitude),
    name: address.name ?? [first, last].filter(Boolean).join(" "),
    country_code: address.country ?? null,
    province_code: address.provinceCode ?? null,
  };
}

/** The buyer's own e-mail address; else that of the parcel. */
export const emailOf = ({ buyer, shippingAddress }: Order): string | null =>
  buyer?.email ?? shippingAddress?.email ?? null;

/** https://shopify.dev/docs/api/admin-rest/latest/resources/customer */
export function customerResource(order: Order) {
  const { buyer, shippingAddress, id, currency, placedAt } = order;
  if (buyer === undefined) return null;
  const customerId = buyer.id ?? relatedId(id, "customer");
  const { first, last } = namesOf(buyer);
  return {
    id: idNumber(customerId),
    email: emailOf(order),
    created_at: shopTime(placedAt),
    updated_at: shopTime(placedAt),
    first_name: first,
    last_name: last,
    state: "disabled",
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    phone: buyer.phone ?? null,
    currency,
    tax_exemptions: [],
    admin_graphql_api_id: gid("Customer", customerId),
    ...(shippingAddress && {
      default_address: {
        id: idNumber(relatedId(id, "address")),
        customer_id: idNumber(customerId),
        ...omit(addressResource(shippingAddress), "latitude", "longitude"),
        country_name: shippingAddress.country === undefined ? null : countryNames.of(shippingAddress.country),
        default: true,
      },
    }),
  };
}

/** Shopify asks for two names; of a single name the last word is the last name. */
function namesOf({ name, firstName, lastName }: Pick<Address, "name" | "firstName" | "lastName">) {
  if (firstName !== undefined || lastName !== undefined) return { first: firstName ?? null, last: lastName ?? null };
  const words = (name ?? "").trim().split(/\s+/);
  return { first: words.slice(0, -1).join(" ") || null, last: words.at(-1) || null };
}
