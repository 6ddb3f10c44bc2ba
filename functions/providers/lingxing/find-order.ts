import * as z from "zod/mini";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { Anything, Count, looseRow, rowsOf, Shown } from "../../../shared/connector/list-schema.ts";
import { Unavailable } from "../../../shared/errors.ts";
import type { Account, Found, Sent } from "../provider.ts";
import { mentions } from "./answers.ts";
import { type Api, CallRefused } from "./api.ts";
import type { Secret, Settings } from "./settings.ts";
import type { Store, Stores } from "./stores.ts";

/** A row of `productInformation`. Its products are read only where they decide. */
const Row = looseRow(
  z.object({
    sid: Shown,
    seller_fulfillment_order_id: Shown,
    amazon_order_id: Shown,
    order_status: Shown,
    listing_detail_info: Anything,
  }),
);
type Row = z.infer<typeof Row>;

const Products = z.array(
  z.object({
    msku: Shown.check(z.minLength(1)),
    quantity: Count,
    cancelled_quantity: z.pipe(
      z.nullish(Count),
      z.transform((count) => count ?? 0),
    ),
  }),
);
type Product = z.infer<typeof Products>[number];

const PATH = "/order/amzod/api/orderDetails/productInformation";
/** "At most 200." */
const AT_ONCE = 200;

/**
 * Looks an order up by its store and number, exactly. A miss is conclusive once the settling time is over, unless there is a
 * row: Lingxing was asked for our number alone, so one that shows another number, or none, may be ours.
 */
export async function findOrder(
  sent: Sent,
  { settings }: Account<Settings, Secret>,
  stores: Stores,
  api: Api,
): Promise<Found> {
  const ours = await stores.ours("any");
  const company = settings.uniqueness === "store" ? { stores: [], whole: true } : await stores.all();
  const rows = await rowsFor(sent.reference, [ours, ...company.stores], settings, api);

  const named = rows.filter((row) => row.seller_fulfillment_order_id === sent.reference);
  const live = named.filter(({ sid }) => sid === String(ours.sid));
  if (live.length > 0) return compared(live, sent);
  const elsewhere = company.stores.find((store) => named.some(({ sid }) => sid === String(store.sid)));
  if (!elsewhere) return { found: "nothing", conclusive: rows.length === 0 && company.whole };
  return {
    found: "different",
    reason: `The order number ${sent.reference} is taken by an order of another store, ${elsewhere.name}.`,
  };
}

async function rowsFor(
  reference: string,
  stores: readonly Store[],
  { notFoundTexts }: Settings,
  api: Api,
): Promise<Row[]> {
  const sids = [...new Set(stores.map(({ sid }) => sid))];
  const found: Row[] = [];
  for (let from = 0; from < sids.length; from += AT_ONCE) {
    const order_info = sids.slice(from, from + AT_ONCE).map((sid) => ({ sid, seller_fulfillment_order_id: reference }));
    try {
      found.push(...(await api.read("POST", PATH, { order_info }, rowsOf(Row))));
    } catch (error) {
      if (!(error instanceof CallRefused && mentions(error.details, notFoundTexts))) throw error;
    }
  }
  return found;
}

/** @param rows all of our number and store */
function compared(rows: readonly Row[], { reference, lines }: Sent): Found {
  // An order is known there by our number: Amazon's is given later, or never.
  const providerOrderIds = [reference];
  const orders = rows.map((row) => ({ status: row.order_status, products: productsOf(row, reference) }));
  const live = orders.filter((order) => !isCancelled(order));
  if (live.length === 0) {
    const status = orders[0]?.status || "cancelled";
    return { found: "cancelled", providerOrderIds, reason: `The order is ${status} at Lingxing.` };
  }

  const products = live.flatMap((order) => order.products);
  // Taken and not yet filled in: neither the same nor another.
  if (products.length === 0) return { found: "nothing", conclusive: false };
  const held = products.map(({ msku, quantity }) => ({ product: msku, quantity }));
  // Where the quantity is what is left, the rest was cancelled.
  const restored = products.map((one) => ({ product: one.msku, quantity: one.quantity + one.cancelled_quantity }));
  const { lines: likeness, difference } = compareLines(lines, held);
  if (likeness !== "same" && compareLines(lines, restored).lines !== "same") {
    return { found: "different", reason: `Order ${reference} is at Lingxing with other products: ${difference}.` };
  }
  const notes = [
    ...rows.flatMap(({ amazon_order_id: id }) => (id ? [`Amazon's order number is ${id}.`] : [])),
    ...(products.some((one) => one.cancelled_quantity > 0) ? ["A part of it was cancelled at Lingxing."] : []),
    // It is there, and Amazon will not ship it: for a person to read, a second one would fare no better.
    ...live.flatMap(({ status }) =>
      /^(invalid|unfulfillable)$/i.test(status) ? [`Its status at Lingxing is ${status}.`] : [],
    ),
  ];
  return { found: "same", providerOrderIds, ...(notes.length > 0 && { notes }) };
}

/** The list of statuses writes CANCELLED, the answers Cancelled. Quantities may be zero by then. */
const isCancelled = ({ status, products }: { status: string; products: readonly Product[] }): boolean =>
  /^cancell?ed$/i.test(status) ||
  (products.length > 0 &&
    products.every((one) => one.cancelled_quantity > 0 && one.cancelled_quantity >= one.quantity));

/** @throws Unavailable where they cannot be read */
function productsOf({ listing_detail_info: given }: Row, reference: string): readonly Product[] {
  const products = Products.safeParse(given ?? []);
  if (products.success) return products.data;
  throw new Unavailable(`Lingxing shows order ${reference}, which is ours, with products that cannot be read.`);
}
