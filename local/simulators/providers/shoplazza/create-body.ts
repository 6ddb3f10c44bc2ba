import { isCalendarDay, isCountry, isCurrency } from "../../iso-codes.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

/** A create's body after its check. */
export interface CreateRequest {
  readonly items: readonly { product_id: string; variant_id: string; quantity: number }[];
  readonly address: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly shippingLine: { name?: string; shipping_price?: string; desc?: string };
}

type Type = "text" | "money" | "discount" | "time" | "whole" | "object" | "list" | "texts" | "coordinate";
interface Field {
  /** Its name in Go, in "… is required". */
  readonly go: string;
  readonly type: Type;
  /** Whether the document's and the specification's column require it. */
  readonly document?: true;
  readonly specification?: true;
}
const both = { document: true, specification: true } as const;

/** The fields of reference/providers.md 5.3. */
const ORDER: Readonly<Record<string, Field>> = {
  shipping_address: { go: "ShippingAddress", type: "object", ...both },
  tags: { go: "Tags", type: "texts" },
  tax_total: { go: "TaxTotal", type: "money", ...both },
  currency_code: { go: "CurrencyCode", type: "text", ...both },
  discount: { go: "Discount", type: "discount", specification: true },
  note: { go: "Note", type: "text" },
  payment_line: { go: "PaymentLine", type: "text" },
  shipping_line: { go: "ShippingLine", type: "object", specification: true },
  refund_total: { go: "RefundTotal", type: "money" },
  refund_line_items: { go: "RefundLineItems", type: "list" },
  created_at: { go: "CreatedAt", type: "time", document: true },
  updated_at: { go: "UpdatedAt", type: "time", document: true },
  order_status: { go: "OrderStatus", type: "text", document: true },
  financial_status: { go: "FinancialStatus", type: "text", document: true },
};
const ITEM: Readonly<Record<string, Field>> = {
  variant_id: { go: "VariantID", type: "text", ...both },
  product_id: { go: "ProductID", type: "text", ...both },
  quantity: { go: "Quantity", type: "whole", ...both },
  custom_properties: { go: "CustomProperties", type: "list" },
};
const ADDRESS: Readonly<Record<string, Field>> = {
  first_name: { go: "FirstName", type: "text" },
  last_name: { go: "LastName", type: "text", ...both },
  phone: { go: "Phone", type: "text" },
  email: { go: "Email", type: "text", ...both },
  country: { go: "Country", type: "text", ...both },
  country_code: { go: "CountryCode", type: "text", ...both },
  province: { go: "Province", type: "text", specification: true },
  province_code: { go: "ProvinceCode", type: "text", ...both },
  city: { go: "City", type: "text", ...both },
  area: { go: "Area", type: "text" },
  address: { go: "Address", type: "text", ...both },
  address1: { go: "Address1", type: "text" },
  company: { go: "Company", type: "text" },
  zip: { go: "Zip", type: "text" },
  cpf: { go: "Cpf", type: "text" },
  phone_area_code: { go: "PhoneAreaCode", type: "text" },
  latitude: { go: "Latitude", type: "coordinate" },
  longitude: { go: "Longitude", type: "coordinate" },
};
const SHIPPING_LINE: Readonly<Record<string, Field>> = {
  name: { go: "Name", type: "text", ...both },
  shipping_price: { go: "ShippingPrice", type: "money", ...both },
  desc: { go: "Desc", type: "text" },
};

const SPECIFICATION_WORDS = {
  order_status: ["opened", "placed", "finished", "cancelled"],
  financial_status: [
    ...["waiting", "paying", "paid", "cancelled", "failed", "refunding", "refund_failed", "refunded"],
    "partially_refunded",
  ],
};
const DOCUMENT_WORDS = {
  order_status: ["pending", "fulfilled", "canceled"],
  financial_status: ["paid", "unpaid", "refunded"],
};

const WORDS = {
  document: DOCUMENT_WORDS,
  specification: SPECIFICATION_WORDS,
  both: {
    order_status: [...DOCUMENT_WORDS.order_status, ...SPECIFICATION_WORDS.order_status],
    financial_status: [...DOCUMENT_WORDS.financial_status, ...SPECIFICATION_WORDS.financial_status],
  },
};

/**
 * `unprocessable`: a 422 with these texts. `unreadable`: Go cannot unmarshal the JSON; a 400, which is an assumption.
 */
export type Checked =
  | { readonly request: CreateRequest }
  | { readonly unprocessable: readonly string[] }
  | { readonly unreadable: string };

export function checkCreate(body: unknown, switches: ShoplazzaSwitches): Checked {
  if (!isObject(body)) return { unreadable: "json: cannot unmarshal into Go value of type CreateOrderRequest" };
  const items = body[switches.lineItems];
  if (items !== undefined && !Array.isArray(items)) return { unreadable: wrongType("LineItems") };

  const parts: [Readonly<Record<string, Field>>, Record<string, unknown>][] = [[ORDER, body]];
  for (const item of Array.isArray(items) ? items : []) {
    if (!isObject(item)) return { unreadable: wrongType("LineItems") };
    parts.push([ITEM, item]);
  }
  const { shipping_address: address, shipping_line: shippingLine } = body;
  if (isObject(address)) parts.push([ADDRESS, address]);
  if (isObject(shippingLine)) parts.push([SHIPPING_LINE, shippingLine]);

  const stranger = unknownField(parts, switches);
  if (stranger !== undefined) return { unreadable: `json: unknown field "${stranger}"` };
  for (const [fields, values] of parts) {
    const bad = Object.entries(fields).find(([name, { type }]) => !isA(type, values[name]));
    if (bad) return { unreadable: wrongType(bad[1].go) };
  }
  const missing = parts.flatMap(([fields, values]) =>
    Object.entries(fields)
      .filter(([name, field]) => isRequired(field, switches) && isEmpty(values[name]))
      .map(([, { go }]) => `${go} is required`),
  );
  if (!Array.isArray(items) || items.length === 0) missing.unshift("LineItems is required");
  if (isEmpty(address)) return { unprocessable: ["ShippingAddress is nil"] };
  if (missing.length > 0) return { unprocessable: missing };
  const badWord = wrongWord(body, switches);
  if (badWord) return { unprocessable: [badWord] };
  if (switches.values === "checked") {
    const { currency_code: currency } = body;
    if (typeof currency === "string" && !isCurrency(currency)) {
      return { unprocessable: ["create_order_calculate_failed", "order price calculate error"] };
    }
    const problem = addressProblem(isObject(address) ? address : {});
    if (problem !== undefined) return { unprocessable: [`The shipping address does not pass: ${problem}`] };
  }

  return {
    request: {
      // Checked above, field by field.
      items: (items as CreateRequest["items"]).map(({ product_id, variant_id, quantity }) => ({
        product_id,
        variant_id,
        quantity,
      })),
      address: address as Record<string, unknown>,
      tags: (body["tags"] ?? []) as string[],
      texts: body as Record<string, string>,
      shippingLine: (shippingLine ?? {}) as CreateRequest["shippingLine"],
    },
  };
}

/** The name that no field of its object has. */
function unknownField(
  parts: readonly (readonly [Readonly<Record<string, Field>>, Record<string, unknown>])[],
  { unknownFields, lineItems }: ShoplazzaSwitches,
): string | undefined {
  if (unknownFields === "ignored") return undefined;
  return parts
    .flatMap(([fields, values]) => Object.keys(values).filter((name) => !Object.hasOwn(fields, name)))
    .find((name) => name !== lineItems);
}

const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
const plain = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/[^A-Za-z]|and|saint|st\b/gi, "")
    .toLowerCase();

/**
 * Which names of countries the shop knows is not public: here the beginning of the English name, in any spelling, or the
 * older one. (ASSUME)
 */
function addressProblem({ country, country_code: code, email }: Record<string, unknown>): string | undefined {
  if (typeof code !== "string" || !isCountry(code)) return `country_code ${code}`;
  const [name, known] = [plain(String(country)), plain(OLDER_NAMES[code] ?? english.of(code) ?? code)];
  if (!known.startsWith(name) || name === "") return `country ${country}`;
  return typeof email === "string" && /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : "email";
}

const OLDER_NAMES: Readonly<Record<string, string>> = {
  CD: "Democratic Republic of the Congo",
  CG: "Republic of the Congo",
  MO: "Macao",
  PS: "Palestine",
  TR: "Turkey",
};

const isRequired = (field: Field, { required }: ShoplazzaSwitches): boolean =>
  required === "both" ? Boolean(field.document && field.specification) : Boolean(field[required]);

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "" || value === 0;

const wrongType = (go: string): string => `json: cannot unmarshal value into Go struct field CreateOrderRequest.${go}`;

const TIME = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d)$/;
const MONEY = /^\d+(\.\d+)?$/;

function isA(type: Type, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (type) {
    case "text":
      return typeof value === "string";
    // Money is decimal text, never a JSON number.
    case "money":
      return typeof value === "string" && MONEY.test(value);
    case "discount":
      return typeof value === "string" && /^\d+(\.\d+)?%?$/.test(value);
    case "time":
      return typeof value === "string" && TIME.test(value) && isCalendarDay(value.slice(0, 10));
    case "whole":
      return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 2_147_483_647;
    case "object":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string");
    // Text in the document, number in the specification.
    case "coordinate":
      return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
  }
}

function wrongWord(body: Record<string, unknown>, { statusWords }: ShoplazzaSwitches): string | undefined {
  if (statusWords === "any") return undefined;
  const words = WORDS[statusWords];
  const wrong = Object.entries(words).find(
    ([name, known]) => body[name] !== undefined && !known.includes(String(body[name])),
  );
  return wrong && `${wrong[0]} ${String(body[wrong[0]])} is invalid`;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
