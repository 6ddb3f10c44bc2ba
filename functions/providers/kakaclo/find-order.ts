import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import type { Page } from "../../../shared/connector/scan-pages.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Unavailable } from "../../../shared/errors.ts";
import type { Found, Sent } from "../provider.ts";
import { remarkMark } from "./order-body.ts";
import type { Settings } from "./settings.ts";

const Text = z.pipe(
  z.nullish(z.union([z.string(), z.number()])),
  z.transform((value) => (value === null || value === undefined ? "" : String(value))),
);

/**
 * A row of the list, by what its two vocabularies share. Items are read only of our own rows: an unreadable row of another order
 * must not stop the look-up.
 */
export const Row = z.object({
  id: z.pipe(z.union([z.string().check(z.minLength(1)), z.number()]), z.transform(String)),
  customOrderId: Text,
  remark: Text,
  status: Text,
  orderItems: z.unknown(),
});
export type Row = z.infer<typeof Row>;

export const List = z.object({ total: z.int().check(z.minimum(0)), list: z.array(Row) });

const Items = z.array(
  z.pipe(
    z.object({ skuCode: z.string(), productNum: z.coerce.number().check(z.int(), z.minimum(0)) }),
    z.transform(({ skuCode, productNum }) => ({ product: skuCode, quantity: productNum })),
  ),
);

export const PAGE_SIZE = 250;
/** Our clock against theirs. */
const SKEW = 15 * 60_000;

/**
 * Searches the list from shortly before the first send on: it has no filter by `customOrderId`. One order may be several
 * rows (a warehouse each), so all rows of our reference are compared as one with what was sent.
 */
export async function findOrder(
  { reference, lines, firstSentAt, lastSentAt }: Sent,
  settings: Pick<Settings, "lookUpPages" | "indexLag">,
  tools: Pick<Tools, "now" | "deadline">,
  readPage: (createdFrom: string, pageNumber: number) => Promise<Page<Row>>,
): Promise<Found> {
  // The documents' times have no fraction.
  const createdFrom = `${new Date(firstSentAt - SKEW).toISOString().slice(0, 19)}Z`;
  const mark = remarkMark(reference);
  const { rows, whole } = await scanPages({
    page: (index) => readPage(createdFrom, index + 1),
    idOf: (row) => row.id,
    wanted: (row) => row.customOrderId === reference || row.remark.trim().startsWith(mark),
    maxPages: settings.lookUpPages,
    mayGoOn: () => tools.now() < tools.deadline,
  });
  const { live = [], cancelled = [] } = Object.groupBy(rows, (row) => (isCancelled(row) ? "cancelled" : "live"));
  const idsOf = (some: Row[]) => some.map(({ id }) => id);

  if (live.length > 0) {
    const { lines: compared, difference } = compareLines(lines, live.flatMap(itemsOf));
    if (compared === "same") return { found: "same", providerOrderIds: idsOf(live) };
    // The rest may be on a page we did not reach, or not in their index yet.
    const mayBeMore = !whole || tools.now() < lastSentAt + settings.indexLag;
    if (compared === "part" && cancelled.length === 0 && mayBeMore) return { found: "nothing", conclusive: false };
    const partly = cancelled.length > 0 ? `; ${idsOf(cancelled).join(", ")} cancelled` : "";
    const reason = `KakaClo holds ${idsOf(live).join(", ")} under ${reference} with ${difference}${partly}.`;
    return { found: "different", reason };
  }
  if (cancelled.length > 0) {
    const providerOrderIds = idsOf(cancelled);
    const reason = `KakaClo holds ${providerOrderIds.join(", ")} under ${reference}, cancelled.`;
    // A living part may be on a page we did not reach.
    return whole ? { found: "cancelled", providerOrderIds, reason } : { found: "nothing", conclusive: false };
  }
  return { found: "nothing", conclusive: whole };
}

const isCancelled = ({ status }: Row): boolean => /^cancel/i.test(status.trim());

function itemsOf(row: Row) {
  const items = Items.safeParse(row.orderItems);
  if (items.success) return items.data;
  throw new Unavailable(`KakaClo's list shows order ${row.id}, which is ours, with items that cannot be read.`);
}
