import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { Anything, Count, looseRow, rowsOf, Shown, Total } from "../../../shared/connector/list-schema.ts";
import { recognise } from "../../../shared/connector/recognise.ts";
import type { Page } from "../../../shared/connector/scan-pages.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Unavailable } from "../../../shared/errors.ts";
import type { Found, Sent } from "../provider.ts";
import { remarkMark } from "./order-body.ts";
import type { Settings } from "./settings.ts";

/**
 * A row of the list, by what its two vocabularies share. No row is unreadable as a whole: another order's must not stop
 * the look-up. Items are read only where they decide.
 */
const Row = looseRow(z.object({ id: Shown, customOrderId: Shown, remark: Shown, status: Shown, orderItems: Anything }));
export type Row = z.infer<typeof Row>;

const List = z.object({ total: Total, list: rowsOf(Row) });

/** `data` of the list. */
export const listSchema = ({ nullList }: Pick<Settings, "nullList">) =>
  z.pipe(
    z.nullable(List),
    z.transform((data) => data ?? { total: nullList === "empty" ? 0 : Number.NaN, list: [] }),
  );

const Items = z.array(
  z.pipe(
    z.object({ skuCode: z.string(), productNum: Count }),
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
  const { rows, whole: read } = await scanPages({
    page: (index) => readPage(createdFrom, index + 1),
    idOf: ({ id, raw }) => id || JSON.stringify(raw),
    wanted: (row) => recognised(row, reference, lines) !== "another",
    maxPages: settings.lookUpPages,
    mayGoOn: () => tools.now() < tools.deadline,
  });
  const { ours = [], unknown = [] } = Object.groupBy(rows, (row) => recognised(row, reference, lines));
  const whole = read && unknown.length === 0;
  const { live = [], cancelled = [] } = Object.groupBy(ours, (row) => (isCancelled(row) ? "cancelled" : "live"));
  const idsOf = (some: Row[]) => some.map(({ id }) => id);

  if (live.length > 0) {
    const { lines: compared, difference } = compareLines(lines, live.flatMap(itemsOf));
    if (compared === "same") return madeAs(idsOf(live), reference);
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

function madeAs(ids: readonly string[], reference: string): Found {
  const providerOrderIds = ids.filter(Boolean);
  if (providerOrderIds.length > 0) return { found: "same", providerOrderIds };
  return { found: "same", providerOrderIds: [reference], notes: ["KakaClo's list shows no ID of the order."] };
}

const isCancelled = ({ status }: Row): boolean => /^cancel/i.test(status);

function recognised({ customOrderId, remark, orderItems, raw }: Row, reference: string, sent: Sent["lines"]) {
  return recognise(raw, {
    reference,
    isOurs: customOrderId === reference || remark.startsWith(remarkMark(reference)),
    identifying: [customOrderId, remark],
    // Orders made by hand at KakaClo have neither a number nor a remark.
    isSurelyOther() {
      const items = Items.safeParse(orderItems);
      return items.success && compareLines(sent, items.data).lines === "other";
    },
  });
}

function itemsOf(row: Row) {
  const items = Items.safeParse(row.orderItems);
  if (items.success) return items.data;
  throw new Unavailable(`KakaClo's list shows order ${row.id}, which is ours, with items that cannot be read.`);
}
