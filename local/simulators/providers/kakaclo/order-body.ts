import * as z from "zod/mini";
import { requiredTextUpTo, textUpTo } from "../../body-check.ts";

/** Absent or null; the list itself writes null for missing values. */
const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullish(schema);

/** "Order Address Properties": country, phone, recipient and province are required. */
const Address = z.object({
  country: z.string().check(z.regex(/^[A-Z]{2}$/, "is not a country shortcode")),
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
const Item = z.object({
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
  // Not checked against the document's list: its own sample sends "KA".
  salePlatform: optional(z.string()),
  channelCode: optional(z.string()),
  customOrderId: optional(z.string()),
};

/** The create's body, as in the sample ("orderAddresses") or the table ("orderAddress"); it ignores the other name. */
export const bodyBySample = z.object({ orderAddresses: Address, ...rest });
export const bodyByTable = z.object({ orderAddress: Address, ...rest });

export type KakacloAddress = z.infer<typeof Address>;
export type KakacloItem = z.infer<typeof Item>;
