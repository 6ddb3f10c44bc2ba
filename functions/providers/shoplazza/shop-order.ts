import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { Anything, looseRow, Shown } from "../../../shared/connector/list-schema.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import type { Outgoing, SentLine } from "../provider.ts";

/** IDs are text in the documents; a number is taken by its digits (json.ts). */
export const Id = z.pipe(
  z.union([z.string().check(z.minLength(1)), z.number()]),
  z.transform((id) => String(id)),
);
const Quantity = z.pipe(
  z.union([z.number(), z.string().check(z.regex(/^\d+$/))]),
  z.transform((quantity) => Number(quantity)),
);
/** Undefined where it is not text: an odd field must not make the order unreadable. */
const Text = lenient(z.string());
/** A time as text, or in seconds. */
const Time = lenient(z.union([z.string(), z.number()]));

/** Answers come bare on 2022-01 and as `{"code":"Success","data":…}` since 2025-06; both are read. */
export const unwrapped = <T>(schema: z.ZodMiniType<T>) =>
  z.union([
    z.pipe(
      z.object({ data: schema }),
      z.transform(({ data }) => data),
    ),
    schema,
  ]);

/** An order as the shop answers it. Names differ from the request: `currency`, `total_tax`, `tags` as one text. */
export const ShopOrder = z.object({
  id: Id,
  status: Text,
  financial_status: Text,
  created_at: Text,
  canceled_at: Time,
  deleted_at: Time,
  tags: lenient(z.union([z.string(), z.array(z.string())])),
  note: Text,
  currency: Text,
  total_price: lenient(z.union([z.string(), z.number()])),
  line_items: z.nullish(z.array(z.object({ variant_id: Id, quantity: Quantity }))),
});
export type ShopOrder = z.infer<typeof ShopOrder>;

/** The fields of a listed order that show whose it is. Another order's may have any shape. */
export const Listed = looseRow(z.object({ id: Shown, tags: Anything, note: Anything, shipping_address: Anything }));
export type Listed = z.infer<typeof Listed>;

/** Our reference where the shop keeps it: as a tag, and as the first word of the note. */
export const markerOf = (reference: string): string => `ext:${reference}`;

/** Compared exactly: `ext:a-10` is not `ext:a-1`. A buyer's own text comes after the first word of the note. */
export const carries = ({ tags, note }: { tags?: unknown; note?: unknown }, marker: string): boolean =>
  tagsOf(tags).includes(marker) || (typeof note === "string" && note.trimStart().split(/\s/, 1)[0] === marker);

/** What looks like a mark of ours: tags, and the first word of the note. */
export const marksOf = ({ tags, note }: { tags?: unknown; note?: unknown }): string[] =>
  [...tagsOf(tags), typeof note === "string" ? (note.trimStart().split(/\s/, 1)[0] ?? "") : ""].filter((text) =>
    /^ext:/i.test(text),
  );

export function tagsOf(tags: unknown): string[] {
  const texts = Array.isArray(tags) ? tags : [tags];
  return texts.flatMap((text) => (typeof text === "string" ? text.split(",").map((tag) => tag.trim()) : []));
}

/** Whether tags and note can be seen, empty or not. */
export const showsMarks = ({ tags, note }: { tags?: unknown; note?: unknown }): boolean =>
  (tags === null ||
    typeof tags === "string" ||
    (Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) &&
  (note === null || typeof note === "string");

/** Both spellings are seen; an absent time may be empty, or Go's year 1. */
export const isCancelled = ({ status, canceled_at, deleted_at }: ShopOrder): boolean =>
  /^cancell?ed$/i.test(status ?? "") ||
  [canceled_at, deleted_at].some((time) => (typeof time === "number" ? time : Date.parse(time ?? "")) > 0);

const HOUR = 60 * 60_000;

/** Neither new nor dated as we sent it: an order that was there before. @param now epoch ms */
export function isOlder({ created_at }: ShopOrder, { order }: Pick<Outgoing, "order">, now: number): boolean {
  const createdAt = Date.parse(created_at ?? "");
  return createdAt < now - HOUR && Math.abs(createdAt - Date.parse(order.placedAt)) > HOUR;
}

const PAID = new Set(["paid", "partially_refunded", "refunding", "refund_failed", "refunded"]);
export const isPaid = ({ financial_status }: ShopOrder): boolean => PAID.has(financial_status ?? "");

/** What of it differs from what was sent, in variants and numbers; undefined where nothing does. Sums: a shop may merge or split lines. */
export function differenceOf({ line_items }: ShopOrder, sent: readonly SentLine[]): string | undefined {
  const held = (line_items ?? []).map(({ variant_id, quantity }) => ({ product: variant_id, quantity }));
  return compareLines(sent, held).difference || undefined;
}
