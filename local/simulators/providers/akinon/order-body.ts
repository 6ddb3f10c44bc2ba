import * as z from "zod/mini";
import * as field from "./fields.ts";
import type { AkinonSwitches } from "./switches.ts";

/** Codes and names of reference/providers.md 4.2; the public list is cut off above 545. */
export const STATUSES = {
  "50": "cancellation_waiting",
  "100": "canceled",
  "200": "waiting",
  "300": "payment_waiting",
  "350": "confirmation_waiting",
  "400": "approved",
  "450": "preparing",
  "500": "shipped",
  "510": "shipped_and_informed",
  "520": "ready_for_pickup",
  "540": "attempted_delivery",
  "544": "review_started",
  "545": "review_waiting",
} as const satisfies Record<string, string>;
export type StatusCode = keyof typeof STATUSES;

const codeOf = (word: string): StatusCode | undefined =>
  (Object.keys(STATUSES) as StatusCode[]).find((code) => code === word || STATUSES[code] === word);

const status = (words: AkinonSwitches["statusWords"]) =>
  z.pipe(
    z.union([z.string(), z.int()], "Not a valid string."),
    z.transform((given, context): StatusCode => {
      const word = String(given);
      const code = codeOf(word);
      const isTaken = words === "both" || (words === "codes") === (word === code);
      if (code !== undefined && isTaken) return code;
      context.issues.push({ code: "custom", message: `"${word}" is not a valid choice.`, input: given });
      return z.NEVER;
    }),
  );

/**
 * The body of `create_orders/`. It accepts the other fields of the document's sample (refunds, instalments, invoices,
 * tracking) without a check, as DRF accepts unknown fields.
 */
export function bodySchema({ required, decimalPlaces, statusWords }: AkinonSwitches) {
  const money = field.money(decimalPlaces);
  const app = <Schema extends z.ZodMiniType>(schema: Schema) => (required === "openapi" ? z.nullish(schema) : schema);
  const openapi = <Schema extends z.ZodMiniType>(schema: Schema) => (required === "app" ? z.nullish(schema) : schema);
  const { optional } = field;

  const order = z.object({
    // Nothing can be stored without these.
    number: field.filledText(128),
    customer: field.pk,
    shipping_address: field.pk,
    billing_address: field.pk,
    status: app(status(statusWords)),
    channel: app(field.pk),
    currency: app(field.currency),
    amount: app(money),
    shipping_amount: app(money),
    shipping_tax_rate: app(money),
    cargo_company: app(field.pk),
    date_placed: app(field.instant),
    net_shipping_amount: optional(money),
    discount_amount: optional(money),
    extra_field: optional(field.dictionary),
    delivery_type: optional(field.text(128)),
    remote_addr: optional(field.address),
    has_gift_box: optional(field.flag),
    gift_box_note: optional(field.text(160)),
    client_type: optional(field.text(64)),
    language_code: optional(field.text(16)),
    notes: optional(field.text(320)),
    delivery_range: optional(z.object({ start: field.instant, end: field.instant })),
    shipping_option_slug: optional(field.slug),
    payment_option: optional(field.pk),
    payment_option_slug: optional(field.slug),
    segment: optional(field.text(255)),
  });
  const item = z.object({
    product: field.pk,
    quantity: openapi(
      field.whole.check(z.refine((value) => value > 0, "Ensure this value is greater than or equal to 1.")),
    ),
    unit_price: openapi(money),
    total_price: openapi(money),
    status: app(status(statusWords)),
    price_currency: app(field.currency),
    price: app(money),
    tax_rate: optional(money),
    tax_amount: optional(money),
    discount_amount: optional(money),
    retail_price: optional(money),
    price_list: optional(field.pk),
    stock_list: optional(field.pk),
    attributes: optional(field.dictionary),
    extra_field: optional(field.dictionary),
    estimated_delivery_date: optional(field.date),
    datasource: optional(field.pk),
  });
  return z.object({
    order,
    order_item: z.array(item, "Expected a list of items.").check(z.minLength(1, "This list may not be empty.")),
  });
}

export type OrderBody = z.infer<ReturnType<typeof bodySchema>>;
