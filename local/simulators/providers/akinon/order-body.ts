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

/** Statuses that a new order may have. */
const NEW: readonly StatusCode[] = ["200", "300", "350", "400"];

const newStatus = (words: AkinonSwitches["statusWords"]) =>
  status(words).check(z.refine((code) => NEW.includes(code), "A new order cannot have this status."));

/** The body of `create_orders/`: every field of the document, and those that the vendor's app sends besides. */
export function bodySchema({ required, decimalPlaces, statusWords, itemQuantity, unknownFields }: AkinonSwitches) {
  const money = field.notNegative(decimalPlaces);
  const percent = field.percent(decimalPlaces);
  const refund = field.nothing(decimalPlaces);
  const app = <Schema extends z.ZodMiniType>(schema: Schema) => (required === "openapi" ? z.nullish(schema) : schema);
  const openapi = <Schema extends z.ZodMiniType>(schema: Schema) => (required === "app" ? z.nullish(schema) : schema);
  const { optional } = field;
  const quantity = field.whole.check(
    z.refine((value) => value > 0, "Ensure this value is greater than or equal to 1."),
  );
  const one = field.whole.check(z.refine((value) => value === 1, "An item is one unit: send one for each."));

  const order = {
    // Nothing can be stored without these.
    number: field.filledText(128),
    customer: field.pk,
    shipping_address: field.pk,
    billing_address: field.pk,
    status: app(newStatus(statusWords)),
    channel: app(field.pk),
    currency: app(field.currency),
    amount: app(money),
    shipping_amount: app(money),
    shipping_tax_rate: app(percent),
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
    delivery_range: optional(z.strictObject({ start: field.instant, end: field.instant })),
    shipping_option_slug: optional(field.slug),
    payment_option: optional(field.pk),
    payment_option_slug: optional(field.slug),
    segment: optional(field.text(255)),
    // The rest of the document's sample.
    bin_number: optional(field.text(16)),
    installment: optional(field.whole),
    installment_count: optional(field.whole),
    installment_interest_amount: optional(money),
    shipping_interest_amount: optional(money),
    invoice_number: optional(field.text(128)),
    invoice_date: optional(field.instant),
    e_archive_url: optional(field.text(512)),
    refund_amount: optional(refund),
    discount_refund_amount: optional(refund),
    shipping_refund_amount: optional(refund),
    is_send: optional(field.flag),
    tracking_number: optional(field.text(256)),
    carrier_shipping_code: optional(field.text(256)),
    defined_tracking_url: optional(field.text(512)),
    fundstransfertransaction_set: optional(z.array(field.pk)),
    external_status: optional(field.whole),
    checkout_provider_id: optional(field.whole),
    cancellation_info: optional(field.dictionary),
    modified_date: optional(field.instant),
    created_date: optional(field.instant),
  };
  const item = {
    product: field.pk,
    quantity: openapi(itemQuantity === "one" ? one : quantity),
    unit_price: openapi(money),
    total_price: openapi(money),
    status: app(newStatus(statusWords)),
    price_currency: app(field.currency),
    price: app(money),
    tax_rate: optional(percent),
    tax_amount: optional(money),
    discount_amount: optional(money),
    retail_price: optional(money),
    price_list: optional(field.pk),
    stock_list: optional(field.pk),
    attributes: optional(field.dictionary),
    extra_field: optional(field.dictionary),
    estimated_delivery_date: optional(field.date),
    datasource: optional(field.pk),
    // The rest of the document's sample, and of the vendor's app.
    order: optional(field.pk),
    shipping_company: optional(field.text(64)),
    shipment_code: optional(field.text(256)),
    tracking_number: optional(field.text(256)),
    carrier_shipping_code: optional(field.text(256)),
    cancel_status: optional(field.text(64)),
    installment_interest_amount: optional(money),
    is_tradable: optional(field.flag),
    attributes_kwargs: optional(field.dictionary),
    localized_attributes: optional(field.dictionary),
    localized_attributes_kwargs: optional(field.dictionary),
    cancellation_reconciliation: optional(field.pk),
    reconciliation: optional(field.pk),
    forced_refund: optional(field.flag),
    original_stock: optional(field.pk),
    shipping_option_group: optional(field.pk),
    image: optional(field.text(512)),
    parent: optional(field.pk),
    delivered_date: optional(field.instant),
    defined_tracking_url: optional(field.text(512)),
    defined_shipping_company: optional(field.text(64)),
  };
  const object = unknownFields === "refused" ? z.strictObject : z.object;
  return object({
    order: object(order),
    order_item: z.array(object(item), "Expected a list of items.").check(z.minLength(1, "This list may not be empty.")),
  });
}

export type OrderBody = z.infer<ReturnType<typeof bodySchema>>;
