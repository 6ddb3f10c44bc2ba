import * as z from "zod/mini";
import { Amount, Flag, Id, lenient, list, maybe, Text } from "../../../shared/connector/loose-schema.ts";

const SECONDS = z.union([
  z.int().check(z.minimum(1), z.maximum(99_999_999_999)),
  z.string().check(z.regex(/^[1-9]\d{0,10}$/)),
]);

/** Unix seconds, as a number or as text; becomes UTC ISO 8601. */
export const Seconds = z.pipe(
  SECONDS,
  z.transform((seconds) => new Date(Number(seconds) * 1000).toISOString()),
);

/** 0, "", null and no field at all are no time; anything else must be one. */
const MaybeSeconds = z.pipe(
  z.transform((given) => (given === 0 || given === "" || given === "0" ? null : given)),
  maybe(Seconds),
);

/** "" is no amount. */
const MaybeAmount = z.pipe(
  z.transform((given) => (given === "" ? null : given)),
  maybe(Amount),
);

/** Empty lines are also written as two quotation marks: `"\"\""`. */
const AddressText = z.pipe(
  Text,
  z.transform((text) => (text !== undefined && /^"+$/.test(text) ? undefined : text)),
);

/** One piece: TikTok Shop has no quantity. */
const Unit = z.object({
  id: Id,
  sku_id: lenient(Id),
  seller_sku: Text,
  product_id: lenient(Id),
  product_name: Text,
  /** "Black, 26" */
  sku_name: Text,
  /** Before discounts. */
  original_price: MaybeAmount,
  /** After both discounts. */
  sale_price: MaybeAmount,
  display_status: Text,
  package_status: Text,
  is_gift: Flag,
  item_tax: list(z.object({ tax_type: Text, tax_amount: MaybeAmount })),
});
export type Unit = z.infer<typeof Unit>;

/** A level of the address, from the country down: `L0`, "Country", "United Kingdom". */
const Level = z.object({ address_level: Text, address_level_name: Text, address_name: AddressText });
export type Level = z.infer<typeof Level>;

const RecipientAddress = z.object({
  name: AddressText,
  first_name: AddressText,
  last_name: AddressText,
  phone_number: AddressText,
  address_detail: AddressText,
  address_line1: AddressText,
  address_line2: AddressText,
  /** Brazil. */
  address_line3: AddressText,
  /** Brazil. */
  address_line4: AddressText,
  district_info: list(Level),
  postal_code: AddressText,
  region_code: Text,
  delivery_preferences: lenient(z.nullable(z.object({ drop_off_location: Text }))),
});
export type RecipientAddress = z.infer<typeof RecipientAddress>;

/**
 * An order as `GET /order/202309/orders` shows it: what we read of it.
 * https://partner.tiktokshop.com/docv2/page/get-order-detail-202309
 */
export const TiktokOrder = z.object({
  id: Id,
  status: Text,
  create_time: Seconds,
  update_time: Seconds,
  paid_time: MaybeSeconds,
  cancel_time: MaybeSeconds,
  /** The latest time to ship by. */
  rts_sla_time: MaybeSeconds,
  delivery_option_required_delivery_time: MaybeSeconds,
  fulfillment_type: Text,
  shipping_type: Text,
  delivery_option_id: Text,
  delivery_option_name: Text,
  is_cod: Flag,
  is_buyer_request_cancel: Flag,
  is_sample_order: Flag,
  is_replacement_order: Flag,
  is_exchange_order: Flag,
  order_type: Text,
  split_or_combine_tag: Text,
  /** Indonesia: `TIKTOK_SHOP` or `TOKOPEDIA`. */
  commerce_platform: Text,
  user_id: lenient(Id),
  buyer_email: Text,
  buyer_message: Text,
  /** Brazil. */
  cpf: Text,
  payment_method_name: Text,
  payment: z.object({
    currency: z.string(),
    sub_total: MaybeAmount,
    original_shipping_fee: MaybeAmount,
    shipping_fee: MaybeAmount,
    shipping_fee_platform_discount: MaybeAmount,
    shipping_fee_seller_discount: MaybeAmount,
    seller_discount: MaybeAmount,
    platform_discount: MaybeAmount,
    tax: MaybeAmount,
    total_amount: MaybeAmount,
  }),
  recipient_address: maybe(RecipientAddress),
  line_items: list(Unit),
});
export type TiktokOrder = z.infer<typeof TiktokOrder>;
