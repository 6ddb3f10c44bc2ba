import * as z from "zod/mini";
import { tokenKey } from "../../../shared/connector/token-key.ts";
import { Duration } from "../../../shared/stage/duration.ts";

const word = (description: string) =>
  z
    .string()
    .check(z.regex(/^[\x21-\x7e]+$/, "has a space, or another character than ASCII"))
    .register(z.globalRegistry, { description });

/** Of an application's endpoint. */
export const Secret = z.object({
  verificationToken: z
    .string()
    .check(z.regex(/^[\w-]{32,80}$/, "is not 32 to 80 letters, digits, - and _"))
    .register(z.globalRegistry, {
      description:
        "the verification token of the notification destination: 32 to 80 letters, digits, - and _, which you invent",
    }),
  clientId: word("the application's App ID (Client ID)"),
  clientSecret: word("the application's Cert ID (Client Secret)"),
  tokenKey: tokenKey(),
  redirectName: z.optional(word("the RuName of the application's redirect address; only for npm run authorize")),
  environment: z.optional(
    z.enum(["production", "sandbox"]).register(z.globalRegistry, {
      description: "production or sandbox: whose keys these are; production if left out",
    }),
  ),
  reformatted: z.optional(
    z.enum(["refuse", "accept"]).register(z.globalRegistry, {
      description: "accept: a body to which a proxy added white space is taken too; refuse if left out",
    }),
  ),
});
export type Secret = z.infer<typeof Secret>;

/** Of a seller. */
export const Credentials = z.object({
  refreshToken: word("the refresh token of the seller's authorisation; npm run authorize writes it"),
});
export type Credentials = z.infer<typeof Credentials>;

const Name = z.string().check(z.trim(), z.minLength(1));
const Names = z.array(Name);

/** `settings` of an eBay connection in the stage file. */
export const Settings = z.strictObject({
  /** Topics, beside `ORDER_CONFIRMATION`, whose notifications name an order that changed. */
  orderTopics: z._default(Names, ["ITEM_MARKED_SHIPPED", "ORDER_CANCELLATION_ACTIVITY"]),
  /** IDs of orders that test notifications name. Each is an order that does not exist. */
  testOrderIds: z._default(Names, []),
  /** The number that the buyer sees. */
  number: z._default(z.enum(["orderId", "salesRecordReference", "none"]), "orderId"),
  /** Whether an order is sent although an amount of it went back that is no whole line. */
  partialRefunds: z._default(z.enum(["hold", "send"]), "hold"),
  /** Where the reference of an international shipping programme goes, which belongs on the label. */
  shippingReference: z._default(z.enum(["street2", "remark", "none"]), "street2"),
  /** Whether the consent asks for the seller's ID, and the check of the credentials compares it. */
  readSeller: z._default(z.boolean(), true),
  /** How much earlier than asked the list of changed orders begins: it may lag. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** Of one list. Longer times are asked for in parts. */
  listWindow: z._default(Duration, 30 * 86_400_000),
  /** How far back the lists go. */
  listHistory: z._default(Duration, 729 * 86_400_000),
});
export type Settings = z.infer<typeof Settings>;
