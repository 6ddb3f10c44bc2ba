import * as z from "zod/mini";
import { Amount, Id, lenient, list, maybe, Text } from "../../../shared/connector/loose-schema.ts";
import { round, shortest } from "../../../shared/decimal.ts";

/** Digits after the point in Commerce's database. */
const PLACES = 4;

/** A JSON number, which some PHP settings write with digits that it never had: 29.870000000000001. */
const Money = maybe(
  z.pipe(
    Amount,
    z.transform((amount) => shortest(round(amount, PLACES))),
  ),
);

/** The ID of something else; 0 if there is none. */
const Reference = lenient(
  z.pipe(
    Id,
    z.transform((id) => (id === "0" ? undefined : id)),
  ),
);

/** `5.000000` in an event, 5 in the API. Half a metre is no number of pieces. */
const Pieces = z.pipe(
  z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\d{1,9}(?:\.0+)?$/, "not a whole number"))]),
  z.transform(Number),
);
const MaybePieces = z.pipe(
  maybe(Pieces),
  z.transform((pieces) => pieces ?? 0),
);

/** 1, "1" or true. */
const Bit = lenient(
  z.pipe(
    z.union([z.boolean(), z.number(), z.string()]),
    z.transform((value) => value === true || Number(value) === 1),
  ),
);

/** An object; PHP writes an empty one as []. */
const object = <T extends z.ZodMiniType>(schema: T) =>
  z.optional(
    z.pipe(
      z.transform((given: unknown): unknown => (given === null || Array.isArray(given) ? {} : given)),
      schema,
    ),
  );

/** A list that an order can do without. */
const optionalList = <T extends z.ZodMiniType>(schema: T) => z.catch(list(schema), []);

const GiftMessage = lenient(z.object({ sender: Text, recipient: Text, message: Text }));

/** Up to four lines. An event has them in one text. */
const Street = z.pipe(
  z.transform((given) => (typeof given === "string" ? given.split("\n") : given)),
  list(Text),
);

const Address = z.object({
  prefix: Text,
  firstname: Text,
  middlename: Text,
  lastname: Text,
  suffix: Text,
  company: Text,
  street: Street,
  city: Text,
  region: Text,
  region_code: Text,
  postcode: Text,
  country_id: Text,
  telephone: Text,
  email: Text,
  vat_id: Text,
});
export type RestAddress = z.infer<typeof Address>;

/** A configurable product, or a bundle, is an item, and so is each simple product in it, with its `parent_item_id`. */
const Item = z.object({
  item_id: Id,
  parent_item_id: Reference,
  product_id: Reference,
  /** `simple`, `configurable`, `bundle`, `virtual`, `downloadable`, `giftcard`; extensions add others. */
  product_type: Text,
  sku: Text,
  name: Text,
  is_virtual: Bit,
  qty_ordered: Pieces,
  qty_shipped: MaybePieces,
  qty_refunded: MaybePieces,
  qty_canceled: MaybePieces,
  /** Of one piece, before discounts. `base_`: in the shop's currency. */
  base_price: Money,
  base_price_incl_tax: Money,
  base_original_price: Money,
  /** Of the whole line. */
  base_discount_amount: Money,
  base_tax_amount: Money,
  /** 19 for 19 %. */
  tax_percent: Money,
  product_option: object(
    z.object({
      extension_attributes: object(
        z.object({ custom_options: list(z.object({ option_id: Text, option_value: Text })) }),
      ),
    }),
  ),
  extension_attributes: object(z.object({ gift_message: GiftMessage, gw_id: Reference })),
});
export type Item = z.infer<typeof Item>;

const AppliedTax = z.object({ title: Text, percent: Money });

const Extensions = z.looseObject({
  /** One for each address; Commerce's own checkout makes an order for each. */
  shipping_assignments: list(z.object({ shipping: object(z.object({ address: lenient(Address), method: Text })) })),
  gift_message: GiftMessage,
  gw_id: Reference,
  pickup_location_code: Text,
  payment_additional_info: optionalList(z.object({ key: Text, value: Text })),
  /** `type`: `product` with the `item_id`, or `shipping`. */
  item_applied_taxes: optionalList(
    z.object({ type: Text, item_id: Reference, applied_taxes: optionalList(AppliedTax) }),
  ),
});

/**
 * The order of `GET /V1/orders/{entity_id}`: what we read of it. Times are without a zone.
 * https://developer.adobe.com/commerce/webapi/rest/tutorials/orders/
 */
export const RestOrder = z.object({
  entity_id: Id,
  /** The number that the buyer sees, of a sequence for each store view. */
  increment_id: Text,
  state: z.string().check(z.minLength(1)),
  /** The shop's own word, for one of the states. */
  status: Text,
  created_at: z.string(),
  updated_at: z.string(),
  store_name: Text,
  is_virtual: Bit,
  base_currency_code: Text,
  order_currency_code: Text,
  base_subtotal: Money,
  base_subtotal_incl_tax: Money,
  /** Negative; that of the shipping included. */
  base_discount_amount: Money,
  base_shipping_amount: Money,
  base_shipping_incl_tax: Money,
  base_shipping_discount_amount: Money,
  base_tax_amount: Money,
  base_grand_total: Money,
  base_total_paid: Money,
  base_total_due: Money,
  base_total_refunded: Money,
  coupon_code: Text,
  customer_id: Reference,
  customer_email: Text,
  customer_firstname: Text,
  customer_middlename: Text,
  customer_lastname: Text,
  customer_taxvat: Text,
  customer_note: Text,
  remote_ip: Text,
  shipping_description: Text,
  items: z.array(Item),
  billing_address: lenient(Address),
  payment: lenient(z.object({ method: Text, base_amount_authorized: Money })),
  extension_attributes: object(Extensions),
});
export type RestOrder = z.infer<typeof RestOrder>;

/** A page of `GET /V1/orders`. */
export const OrderPage = z.object({
  items: list(z.object({ entity_id: Id, updated_at: z.string(), state: Text, status: Text })),
  total_count: z.int().check(z.minimum(0)),
});
export type OrderPage = z.infer<typeof OrderPage>;

/** https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ */
export const TokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  /** Seconds. */
  expires_in: z.number().check(z.positive()),
});
