import * as z from "zod/mini";
import { Duration } from "../../../shared/stage/duration.ts";

/** What `includedData` of the Orders API may name. */
const DATA_SETS = [
  "BUYER",
  "RECIPIENT",
  "PROCEEDS",
  "EXPENSE",
  "PROMOTION",
  "CANCELLATION",
  "FULFILLMENT",
  "PACKAGES",
  "TAX",
  "PAYMENT",
  "FULFILLMENT_ORDERS",
] as const;

const Words = z.array(z.string().check(z.trim(), z.toUpperCase(), z.minLength(1)));
/** A host of Amazon's own: the operator signs in there. */
const SellerCentral = z
  .string()
  .check(
    z.regex(/^sellercentral(?:-[a-z]+)?\.amazon(?:\.[a-z]{2,3}){1,2}$/, "a host, such as sellercentral.amazon.com"),
  );

/** `settings` of an Amazon connection in the stage file. */
export const Settings = z.strictObject({
  /** The part of SP-API that has the seller's marketplaces. */
  region: z.enum(["na", "eu", "fe"]),
  /** Orders of the sandbox are tests. */
  environment: z._default(z.enum(["production", "sandbox"]), "production"),
  /** Who writes to the connection's queue. */
  delivery: z._default(z.enum(["sqs", "eventbridge"]), "sqs"),
  /** IDs of the marketplaces whose orders are taken. None: those of all. The list of changed orders takes 50. */
  marketplaceIds: z._default(z.array(z.string().check(z.regex(/^[A-Z\d]{10,20}$/))).check(z.maxLength(50)), []),
  /** What `getOrder` is asked for: some need a role, and one is refused in the far east at times. */
  includedData: z._default(z.array(z.enum(DATA_SETS)), [
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "CANCELLATION",
    "FULFILLMENT",
  ]),
  /** Whether orders that Amazon ships itself are recorded: each costs a call. */
  fbaOrders: z._default(z.enum(["record", "ignore"]), "record"),
  /** Programmes in which Amazon's own carrier takes the parcel, with a label of Amazon's. */
  amazonShips: z._default(Words, ["AMAZON_EASY_SHIP", "DELIVERY_BY_AMAZON"]),
  /** Programmes in which the buyer comes for the goods. */
  pickUpPrograms: z._default(Words, ["IN_STORE_PICK_UP"]),
  /** Whether an order is sent although its buyer asks to cancel a line. */
  buyerCancellation: z._default(z.enum(["hold", "send"]), "hold"),
  /** Of an order that names no amount, as a pending one. Default: that of the marketplace. */
  currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/, "is not an ISO 4217 currency"))),
  /** Where the seller consents (`npm run authorize`). Default: that of the region. */
  sellerCentral: z.optional(SellerCentral),
  /** A draft of an app is authorised by another address than a published one. */
  appState: z._default(z.enum(["published", "draft"]), "published"),
  /** How long before its end an access token is renewed. */
  renewEarly: z._default(Duration, 5 * 60_000),
  /** How much earlier than asked a list of changed orders begins: Amazon's own is two minutes behind. */
  listOverlap: z._default(Duration, 10 * 60_000),
  /** How often a list of changed orders may begin: Amazon allows a call in three minutes. */
  listEvery: z._default(Duration, 3 * 60_000),
});
export type Settings = z.infer<typeof Settings>;
