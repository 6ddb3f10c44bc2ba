import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { Anything, looseRow, Shown } from "../../../shared/connector/list-schema.ts";
import { isReadable, mentions, type Recognised, recognise } from "../../../shared/connector/recognise.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { Unavailable } from "../../../shared/errors.ts";
import type { Found, Sent } from "../provider.ts";
import { isCancelled, isTime, SKEW } from "./answers.ts";
import type { Api } from "./api.ts";
import { Items } from "./items.ts";
import type { Settings } from "./settings.ts";

/** The list's own page names no items; then they are in the order's details. */
const Details = z.object({ items: Items });

/** No row is unreadable as a whole: another order's must not stop the look-up. Items are read only where they decide. */
const Row = looseRow(
  z.object({
    id: Shown,
    account: Anything,
    channelOrderId: Shown,
    channelOrderIdAlt2: Shown,
    status: Shown,
    createdAt: Shown,
    items: Anything,
  }),
);
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
export async function findOrder(sent: Sent, search: Search): Promise<Found> {
  const { api, accountId, settings, tools } = search;
  const isTooOld = ({ createdAt }: Row) => isTime(createdAt) && Date.parse(createdAt) < sent.firstSentAt - SKEW;
  const recognised = (row: Row) =>
    recognisedIn(accountId, row, { reference: sent.reference, isTooOld, lines: sent.lines });
  const scan = async (term: string | undefined) => {
    const { rows, whole } = await scanPages({
      page: (_, offset) => api.list("/order", Row, { offset, ...defined({ term }) }, "order list"),
      idOf: ({ id, raw }) => id || JSON.stringify(raw),
      wanted: (row) => recognised(row) !== "another",
      maxPages: settings.lookUpPages,
      mayGoOn: () => tools.now() < tools.deadline,
      ...(term === undefined && settings.orderList === "newest-first" && { isPast: isTooOld }),
    });
    const { ours = [], unknown = [] } = Object.groupBy(rows, recognised);
    return { ours, whole: whole && unknown.length === 0, isClear: unknown.length === 0 };
  };

  const byTerm = await scan(sent.reference);
  const judged = await compareWithSent(byTerm.ours, sent, api);
  // Beside a cancelled one there may be a living one that the term did not find.
  if (judged && judged.found !== "cancelled") return judged;
  const all = await scan(undefined);
  const found = (await compareWithSent(all.ours, sent, api)) ?? judged;
  const isClear = byTerm.isClear && all.isClear;
  // A living one may be on a page that was not reached.
  if (found && (found.found !== "cancelled" || (isClear && all.whole))) return found;
  return { found: "nothing", conclusive: isClear && all.whole };
}

interface Ours {
  reference: string;
  lines: Sent["lines"];
  isTooOld(row: Row): boolean;
}

function recognisedIn(accountId: string, row: Row, { reference, lines, isTooOld }: Ours): Recognised {
  const { account, channelOrderId, channelOrderIdAlt2, items, raw } = row;
  const isOurNumber = [channelOrderId, channelOrderIdAlt2].includes(reference);
  const shownAccount = AccountOf.parse(account);
  // The number may be another destination's, whose account is in the same organization.
  const isElsewhere = isAccountLike(shownAccount, accountId) && !mentions(account, accountId);
  if (isOurNumber && isElsewhere) return "another";
  return recognise(raw, {
    reference,
    isOurs: isOurNumber && shownAccount.toLowerCase() === accountId.toLowerCase(),
    identifying: [channelOrderId, channelOrderIdAlt2],
    isSurelyOther() {
      const held = Items.safeParse(items);
      return isTooOld(row) || (held.success && compareLines(lines, held.data).lines === "other");
    },
  });
}

/** Whether a text has the form of our account's ID. Of another form, as a name or a number, it may be ours. */
const isAccountLike = (text: string, accountId: string): boolean =>
  isReadable(text) && formOf(text) === formOf(accountId);
const formOf = (id: string): string => id.toLowerCase().replace(/[0-9a-f]/g, "0");

const AccountOf = z.pipe(
  z.union([z.object({ id: Shown }), Shown]),
  z.transform((account) => (typeof account === "string" ? account : account.id)),
);

async function compareWithSent(
  rows: Row[],
  { reference, lines }: Pick<Sent, "reference" | "lines">,
  api: Api,
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
  if (compared.lines !== "same") {
    return { found: "different", reason: `S2 holds ${first.id} under ${reference} with ${compared.difference}.` };
  }
  if (first.id) return { found: "same", providerOrderIds: [first.id] };
  return { found: "same", providerOrderIds: [reference], notes: ["S2's list shows no ID of the order."] };
}

async function itemsOf(row: Row, api: Api) {
  const items = Items.safeParse(row.items);
  if (items.success) return items.data;
  if (!row.id) throw new Unavailable("S2's list shows our order with neither items that can be read nor an ID.");
  return (await api.get(`/order/${encodeURIComponent(row.id)}`, Details, "order details")).items;
}
