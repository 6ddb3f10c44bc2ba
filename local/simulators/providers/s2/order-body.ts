import * as z from "zod/mini";
import { requiredTextUpTo } from "../../body-check.ts";
import { isCalendarDay, isCountry, isCurrency } from "../../iso-codes.ts";

/** ISO 3166-1 alpha-2, or the empty string that means "no value". */
const Country = z
  .string()
  .check(z.refine((code) => code === "" || isCountry(code), "is not an ISO 3166-1 alpha-2 code"));

/** "All fields of the address are required. Pass an empty string if there is no value." */
const Address = z.strictObject({
  name: z.string(),
  company: z.string(),
  address1: z.string(),
  address2: z.string(),
  city: z.string(),
  state: z.string(),
  postalCode: z.string(),
  countryId: Country,
  phone: z.string(),
  email: z.string(),
});

/** The format of java.time's OffsetDateTime, "Must be in UTC time". */
const UtcTime = z.string().check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|\+00:00)$/, "is not a UTC OffsetDateTime"),
  z.refine((text) => !Number.isNaN(Date.parse(text)) && isCalendarDay(text.slice(0, 10)), "is not a date"),
);

const PlainObject = z.record(z.string(), z.unknown());

/** "All fields of each item node in array are required." */
const Item = z.strictObject({
  channelOrderItemId: z.string(),
  productId: z.string(),
  quantity: z.int().check(z.positive("must be greater than 0")),
  unitPrice: z.number().check(z.nonnegative("is negative")),
  meta: PlainObject,
});

const rest = {
  accountId: z.string(),
  // The documents give no lengths; an order needs a number.
  channelOrderId: requiredTextUpTo(Number.POSITIVE_INFINITY),
  channelOrderIdAlt: z.optional(z.string()),
  channelOrderIdAlt2: z.optional(z.string()),
  // "Should be an empty string if there is no value. Do not use null."
  channelShippingMethod: z.string(),
  shippingAddress: Address,
  billingAddress: z.nullish(Address),
  channelOrderDate: UtcTime,
  currencyId: z.string().check(z.refine(isCurrency, "is not a currency")),
  // "Pass an empty object {} or an empty array [] if there is no value."
  meta: z.union([PlainObject, z.array(z.unknown())]),
  attachments: z.array(z.strictObject({ fileName: z.string(), path: z.string() })),
};

const Items = z.array(Item).check(z.minLength(1, "is empty"));

/**
 * The create's body, as in the sample ("items") or the table ("item"). Any name that the document does not have is
 * refused: a server that drops it would lose the value unnoticed. (ASSUME)
 */
export const bodyBySample = z.strictObject({ ...rest, items: Items });
export const bodyByTable = z.strictObject({ ...rest, item: Items });

export type S2Item = z.infer<typeof Item>;
export type S2Body = Omit<z.infer<typeof bodyBySample>, "items">;
