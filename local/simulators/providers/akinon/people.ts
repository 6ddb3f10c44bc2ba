import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { type Answer, json } from "../../simulator.ts";
import { check, invalid, nonFieldErrors, noSuchKey } from "./answers.ts";
import * as field from "./fields.ts";
import type { createGeography } from "./geography.ts";
import { keyed, list } from "./list.ts";
import type { AkinonSwitches } from "./switches.ts";

const { optional } = field;

const CustomerBody = z.strictObject({
  email: field.email,
  first_name: optional(field.text(255)),
  last_name: optional(field.text(255)),
  phone_number: optional(field.text(128)),
  is_active: field.flag,
  channel_code: field.filledText(64),
  extra_field: optional(field.dictionary),
  channel: optional(field.pk),
});

const AddressBody = z.strictObject({
  phone_number: field.filledText(128),
  email: optional(field.email),
  first_name: optional(field.text(255)),
  last_name: optional(field.text(255)),
  country: field.pk,
  city: field.pk,
  township: optional(field.pk),
  district: optional(field.pk),
  line: field.filledText(255),
  title: optional(field.text(128)),
  postcode: optional(field.text(64)),
  notes: optional(field.text(512)),
  company_name: optional(field.text(255)),
  tax_office: optional(field.text(64)),
  tax_no: optional(field.text(20)),
  identity_number: optional(field.text(64)),
  customer: field.pk,
});

type Customer = z.infer<typeof CustomerBody> & { pk: number };
type Address = z.infer<typeof AddressBody> & { pk: number; hash_data: string };

/** Customers and their addresses. They stay when orders are forgotten: clients keep their keys. */
export function createPeople(switches: Readonly<AkinonSwitches>, geography: ReturnType<typeof createGeography>) {
  const customers: Customer[] = [];
  const addresses: Address[] = [];
  let nextKey = 36_406;
  const shown = ({ pk, ...row }: Customer | Address) => keyed(pk, row, switches);

  return {
    customers(query: URLSearchParams): Answer {
      const found = customers.filter((row) =>
        (["email", "phone_number", "channel_code"] as const).every(
          (name) => !query.has(name) || row[name] === query.get(name),
        ),
      );
      return list(found.map(shown), query, switches);
    },

    addCustomer(body: unknown): Answer {
      const checked = check(CustomerBody, body);
      if (!checked.ok) return invalid(checked.errors);
      if (customers.some(({ channel_code }) => channel_code === checked.body.channel_code)) {
        return invalid({ channel_code: ["customer with this channel code already exists."] });
      }
      const customer = { pk: nextKey++, ...checked.body };
      customers.push(customer);
      return json(201, shown(customer));
    },

    addresses(query: URLSearchParams): Answer {
      const hash = query.get("hash_data");
      const customer = query.get("customer");
      const found = addresses.filter(
        (row) => (hash === null || row.hash_data === hash) && (customer === null || String(row.customer) === customer),
      );
      return list(found.map(shown), query, switches);
    },

    addAddress(body: unknown): Answer {
      const checked = check(AddressBody, body);
      if (!checked.ok) return invalid(checked.errors);
      const { body: address } = checked;
      const unknown = geography.unknown(address);
      const errors: [string, string[]][] = unknown.map((name) => [name, noSuchKey(address[name] ?? 0)]);
      if (!customers.some(({ pk }) => pk === address.customer)) errors.push(["customer", noSuchKey(address.customer)]);
      if (errors.length > 0) return invalid(Object.fromEntries(errors));

      const hash_data = createHash("md5")
        .update(JSON.stringify(Object.entries(address).sort()))
        .digest("hex");
      if (addresses.some((row) => row.hash_data === hash_data)) {
        const text = `hash_data:${hash_data} Address already exists.`;
        return json(switches.duplicateAddressStatus, nonFieldErrors(text, switches));
      }
      const row = { pk: nextKey++, ...address, hash_data };
      addresses.push(row);
      return json(201, shown(row));
    },

    hasCustomer: (key: number) => customers.some(({ pk }) => pk === key),
    hasAddress: (key: number) => addresses.some(({ pk }) => pk === key),
    /** The data that error texts repeat. */
    describe(key: unknown): string {
      const address = addresses.find(({ pk }) => pk === key);
      if (!address) return "";
      const { first_name, last_name, phone_number, line, postcode } = address;
      return [first_name, last_name, phone_number, line, postcode].filter(Boolean).join(", ");
    },
  };
}
