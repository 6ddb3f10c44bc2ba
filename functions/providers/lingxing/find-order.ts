import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import type { Account, Found, Sent } from "../provider.ts";
import { mentions } from "./answers.ts";
import { type Api, CallRefused } from "./api.ts";
import type { Secret, Settings } from "./settings.ts";
import type { Store, Stores } from "./stores.ts";

const Detail = z.object({
  sid: z.coerce.number(),
  seller_fulfillment_order_id: z.string(),
  amazon_order_id: z.nullish(z.string()),
  order_status: z.nullish(z.string()),
  listing_detail_info: z.nullish(
    z.array(
      z.object({
        msku: z.string(),
        quantity: z.coerce.number(),
        cancelled_quantity: z.nullish(z.coerce.number()),
      }),
    ),
  ),
});
type Detail = z.infer<typeof Detail>;

const PATH = "/order/amzod/api/orderDetails/productInformation";
/** "At most 200." */
const AT_ONCE = 200;

/** Looks an order up by its number, exactly: a miss is conclusive once the settling time is over. */
export async function findOrder(
  sent: Sent,
  { settings }: Account<Settings, Secret>,
  stores: Stores,
  api: Api,
): Promise<Found> {
  const ours = await stores.ours("any");
  const searched = settings.uniqueness === "store" ? [ours] : [ours, ...(await stores.all())];
  const details = await detailsOf(sent.reference, searched, settings, api);
  const detail = details.find(({ sid }) => sid === ours.sid);
  if (detail) return compared(detail, sent);
  const elsewhere = details.find(({ sid }) => sid !== ours.sid);
  if (!elsewhere) return { found: "nothing", conclusive: true };
  const store = searched.find(({ sid }) => sid === elsewhere.sid);
  return {
    found: "different",
    reason: `The order number ${sent.reference} is taken by an order of another store, ${store?.name ?? elsewhere.sid}.`,
  };
}

async function detailsOf(
  reference: string,
  stores: readonly Store[],
  { notFoundTexts }: Settings,
  api: Api,
): Promise<Detail[]> {
  const sids = [...new Set(stores.map(({ sid }) => sid))];
  const found: Detail[] = [];
  for (let from = 0; from < sids.length; from += AT_ONCE) {
    const order_info = sids.slice(from, from + AT_ONCE).map((sid) => ({ sid, seller_fulfillment_order_id: reference }));
    try {
      found.push(...((await api.read("POST", PATH, { order_info }, z.nullable(z.array(Detail)))) ?? []));
    } catch (error) {
      if (!(error instanceof CallRefused && mentions(error.details, notFoundTexts))) throw error;
    }
  }
  return found.filter((detail) => detail.seller_fulfillment_order_id === reference && sids.includes(detail.sid));
}

function compared(detail: Detail, sent: Sent): Found {
  const status = detail.order_status ?? "";
  const lines = detail.listing_detail_info ?? [];
  const cancelled = (line: (typeof lines)[number]) => line.cancelled_quantity ?? 0;
  // An order is known there by our number: Amazon's is given later, or never.
  const providerOrderIds = [sent.reference];
  const amazon = detail.amazon_order_id?.trim();
  const notes = amazon ? [`Amazon's order number is ${amazon}.`] : [];

  // The list of statuses writes CANCELLED, the answers Cancelled. Quantities may be zero by then.
  const allCancelled =
    lines.length > 0 && lines.every((line) => cancelled(line) > 0 && cancelled(line) >= line.quantity);
  if (/^cancell?ed$/i.test(status) || allCancelled) {
    return { found: "cancelled", providerOrderIds, reason: `The order is ${status || "cancelled"} at Lingxing.` };
  }

  // Taken and not yet filled in: neither the same nor another.
  if (lines.length === 0) return { found: "nothing", conclusive: false };
  const held = lines.map(({ msku, quantity }) => ({ product: msku, quantity }));
  // Where the quantity is what is left, the rest was cancelled.
  const restored = lines.map((line) => ({ product: line.msku, quantity: line.quantity + cancelled(line) }));
  const { lines: likeness, difference } = compareLines(sent.lines, held);
  if (likeness !== "same" && compareLines(sent.lines, restored).lines !== "same") {
    return { found: "different", reason: `Order ${sent.reference} is at Lingxing with other products: ${difference}.` };
  }
  if (lines.some((line) => cancelled(line) > 0)) notes.push("A part of it was cancelled at Lingxing.");
  // It is there, and Amazon will not ship it: for a person to read, a second one would fare no better.
  if (/^(invalid|unfulfillable)$/i.test(status)) notes.push(`Its status at Lingxing is ${status}.`);
  return { found: "same", providerOrderIds, ...(notes.length > 0 && { notes }) };
}
