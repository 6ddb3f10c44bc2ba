import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import type { Found, Sent } from "../provider.ts";
import { isCancelled, SKEW } from "./answers.ts";
import type { Api } from "./api.ts";
import type { Settings } from "./settings.ts";

const Quantity = z.int().check(z.minimum(0));
/** The list's own page names no items; then they are in the order's details, where they are written differently. */
const Items = z.array(
  z.pipe(
    z.object({ product: z.object({ id: z.string() }), quantity: Quantity }),
    z.transform(({ product, quantity }) => ({ product: product.id, quantity })),
  ),
);
const Details = z.object({
  items: z.array(
    z.pipe(
      z.union([
        z.object({ productId: z.string(), quantity: Quantity }),
        z.object({ product: z.object({ id: z.string() }), quantity: Quantity }),
      ]),
      z.transform((item) => ({
        product: "productId" in item ? item.productId : item.product.id,
        quantity: item.quantity,
      })),
    ),
  ),
});

/** Items are read only of our own orders: an unreadable row of another order must not stop the look-up. */
const Row = z.object({
  id: z.string().check(z.minLength(1)),
  account: z.nullish(z.object({ id: z.nullish(z.string()) })),
  channelOrderId: z.nullish(z.string()),
  channelOrderIdAlt2: z.nullish(z.string()),
  status: z.nullish(z.string()),
  createdAt: z.nullish(z.string()),
  items: z.optional(z.unknown()),
});
type Row = z.infer<typeof Row>;

interface Search {
  api: Api;
  accountId: string;
  settings: Pick<Settings, "lookUpPages" | "orderList">;
  tools: Pick<Tools, "now" | "deadline">;
}

/**
 * First by `term`, which is not said to search our number: a miss proves nothing. Then all orders, page by page. An order
 * is ours when it has our number in our account.
 */
export async function findOrder({ reference, lines, firstSentAt }: Sent, search: Search): Promise<Found> {
  const { api, accountId, settings, tools } = search;
  const isOurs = (row: Row) =>
    row.account?.id === accountId && (row.channelOrderId === reference || row.channelOrderIdAlt2 === reference);
  const tooOld = ({ createdAt }: Row) => Date.parse(createdAt ?? "") < firstSentAt - SKEW;
  const scan = (term: string | undefined) =>
    scanPages({
      page: (_, offset) => api.list("/order", Row, { offset, ...defined({ term }) }, "order list"),
      idOf: ({ id }) => id,
      wanted: isOurs,
      maxPages: settings.lookUpPages,
      mayGoOn: () => tools.now() < tools.deadline,
      ...(term === undefined && settings.orderList === "newest-first" && { isPast: tooOld }),
    });
  const judge = (rows: Row[]) => compareWithSent(rows, { reference, lines, api });

  const byTerm = await judge((await scan(reference)).rows);
  // Beside a cancelled one there may be a living one that the term did not find.
  if (byTerm && byTerm.found !== "cancelled") return byTerm;
  const { rows, whole } = await scan(undefined);
  return (await judge(rows)) ?? byTerm ?? { found: "nothing", conclusive: whole };
}

async function compareWithSent(
  rows: Row[],
  { reference, lines, api }: Pick<Sent, "reference" | "lines"> & { api: Api },
): Promise<Found | undefined> {
  const [first, ...more] = rows.filter(({ status }) => !isCancelled(status));
  if (!first) {
    if (rows.length === 0) return undefined;
    const providerOrderIds = rows.map(({ id }) => id);
    const reason = `S2 holds ${providerOrderIds.join(", ")} under ${reference}, cancelled.`;
    return { found: "cancelled", providerOrderIds, reason };
  }
  if (more.length > 0) {
    const ids = [first, ...more].map(({ id }) => id).join(", ");
    return { found: "different", reason: `S2 holds more than one living order under ${reference}: ${ids}.` };
  }
  const compared = compareLines(lines, await itemsOf(first, api));
  if (compared.lines === "same") return { found: "same", providerOrderIds: [first.id] };
  return { found: "different", reason: `S2 holds ${first.id} under ${reference} with ${compared.difference}.` };
}

async function itemsOf(row: Row, api: Api) {
  const items = Items.safeParse(row.items);
  if (items.success) return items.data;
  return (await api.get(`/order/${encodeURIComponent(row.id)}`, Details, "order details")).items;
}
