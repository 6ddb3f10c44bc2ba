import * as z from "zod/mini";
import { requiredTextUpTo, textUpTo } from "../../body-check.ts";
import { isCountry } from "../../iso-codes.ts";

/** Absent or null; the list itself writes null for missing values. */
const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullish(schema);

/** "Order Address Properties": country, phone, recipient and province are required. */
const Address = z.strictObject({
  country: z.string().check(z.refine(isCountry, "is not a country shortcode")),
  phone: requiredTextUpTo(64),
  street1: optional(textUpTo(64)),
  street2: optional(textUpTo(64)),
  city: optional(textUpTo(64)),
  recipient: requiredTextUpTo(32),
  province: requiredTextUpTo(32),
  zip: optional(textUpTo(32)),
  ioss: optional(textUpTo(32)),
  vat: optional(textUpTo(32)),
});

/** The document names two; the automatic-split page adds `Expedited`. */
const ChannelType = z.enum(["Standard", "Express", "Expedited"], "is not a channel type");

/** channelCode and warehouseCode are struck through in the document: accepted, but without effect. */
const Item = z.strictObject({
  sku: requiredTextUpTo(64),
  quantity: z.int().check(z.positive("must be greater than 0")),
  channelType: optional(ChannelType),
  channelCode: optional(textUpTo(32)),
  warehouseCode: optional(textUpTo(32)),
});

const rest = {
  orderItemsList: z.array(Item).check(z.minLength(1, "is empty")),
  channelType: ChannelType,
  remark: optional(z.string()),
  salePlatform: optional(z.string()),
  channelCode: optional(z.string()),
  customOrderId: optional(z.string()),
};

/**
 * The create's body, as in the sample ("orderAddresses") or the table ("orderAddress"); it ignores the other name. Any
 * other name that the document does not have is refused: a server that drops it would lose the value unnoticed. (ASSUME)
 */
export const bodyBySample = z.strictObject({ orderAddresses: Address, orderAddress: z.optional(z.unknown()), ...rest });
export const bodyByTable = z.strictObject({ orderAddress: Address, orderAddresses: z.optional(z.unknown()), ...rest });

/** The document's list, and the value that its own sample sends. */
export const SALE_PLATFORMS: readonly string[] = [
  ...["Amazon", "Wish", "eBay", "Walmart", "Groupon", "IrobotBoxERP", "Shopify", "Aliexpress", "OverStock"],
  ...["TopHatter", "JoyBuy", "Homedepot", "Facebookshop", "Mercari", "Facebook Marketplace", "KA"],
];

export type KakacloAddress = z.infer<typeof Address>;
export type KakacloItem = z.infer<typeof Item>;
