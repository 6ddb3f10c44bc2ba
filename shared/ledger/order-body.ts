import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import * as z from "zod/mini";
import { type Identity, identityText } from "../identity.ts";
import type { EventStore } from "../messages/event-store.ts";
import { Order } from "../order.ts";
import { Version } from "./version.ts";

/** DynamoDB takes an item of 400 KB, its attribute names included. */
const LARGEST_INLINE = 380 * 1024;
/** Of an unzipped order; an event is never larger. */
const LARGEST_BODY = 64 * 1024 * 1024;

/** The order's body, an item of its own: sk `body`. Kept for a shorter time than its states. */
export const BodyItem = z.object({
  v: Version,
  /** Of the order in it (freshness.ts). */
  freshness: z.string(),
  digest: z.string(),
  /** gzip of the order's JSON; in S3 where it does not fit. */
  gzip: z.optional(z.instanceof(Uint8Array)),
  s3Key: z.optional(z.string()),
  /** The buyer's data was erased: nothing replaces this empty body. */
  erased: z.optional(z.literal(true)),
  expiresAt: z.int(),
});
export type BodyItem = z.infer<typeof BodyItem>;

const toJson = (order: Order): string => JSON.stringify(order);

/** The same for the same order mapped twice: a mapping writes its fields in the same order each time. */
export const digestOf = (order: Order): string => createHash("sha256").update(toJson(order)).digest("base64url");

/** Objects with their fields sorted: the webhook's mapping and the API's need not write them in one order. */
const sortedFields = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Of what a fetched order must differ in to be no duplicate at an equal state (design.md P6): lines, amounts, address and
 * hold.
 */
export function contentDigestOf(order: Order): string {
  const { shippingAddress, billingAddress, hold, fulfilmentState, shipping } = order;
  const { currency, subtotal, discount, tax, total, refunded, amountDue } = order;
  const content = {
    lines: order.lines.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    fulfilmentState,
    amounts: [currency, subtotal, discount, tax, total, refunded, amountDue, shipping?.price, shipping?.discount],
    addresses: [shippingAddress, billingAddress, shipping?.kind],
    hold,
  };
  return createHash("sha256").update(JSON.stringify(content, sortedFields)).digest("base64url");
}

/** Compresses an order for its item. Writes one that does not fit to S3 before it resolves. */
export async function packBody(
  identity: Identity,
  order: Order,
  store: EventStore,
): Promise<Pick<BodyItem, "gzip" | "s3Key">> {
  const zipped = await promisify(gzip)(toJson(order));
  if (zipped.length <= LARGEST_INLINE) return { gzip: zipped };
  // The key is a hash of the content: a late write of an older body never overwrites a newer one.
  const s3Key = `${bodiesPrefix(identity)}${createHash("sha256").update(zipped).digest("hex")}`;
  await store.put(s3Key, zipped.toString("base64"));
  return { s3Key };
}

/** Where the bodies of one order are in S3, former ones too: an erasure finds them all. */
export const bodiesPrefix = (identity: Identity): string =>
  `bodies/${createHash("sha256").update(identityText(identity)).digest("hex")}/`;

export async function unpackBody(item: BodyItem, store: EventStore): Promise<Order> {
  const zipped = item.gzip ?? Buffer.from(await store.get(item.s3Key ?? ""), "base64");
  const json = await promisify(gunzip)(zipped, { maxOutputLength: LARGEST_BODY });
  return z.parse(Order, JSON.parse(json.toString("utf8")));
}
