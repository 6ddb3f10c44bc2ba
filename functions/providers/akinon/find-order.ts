import * as z from "zod/mini";
import { compareLines, type ProductQuantity } from "../../../shared/connector/compare-lines.ts";
import { recognise } from "../../../shared/connector/recognise.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Found, Sent } from "../provider.ts";
import type { Context } from "./context.ts";
import { ItemRow, isCancelled, keyOf, OrderRow } from "./rows.ts";

/** An order that is not ours may have any shape. */
const AnyRow = z.record(z.string(), z.unknown());

/** What the channel's list of orders says of a number. */
interface Orders {
  /** Those of exactly that number. */
  orders: OrderRow[];
  /** Where there are none: whether one could not have been missed. */
  isAbsent: boolean;
}

/** As a number, no order has it. */
const NO_NUMBER = "order-relay-no-such-number";

/** @throws Misconfigured where the list is not filtered and too long to read */
export async function ordersOf(number: string, { api, channel, account }: Context): Promise<Orders> {
  const list = (of: string, pages?: number) =>
    api.list(`${channel}orders/`, { number: of, channel_id: String(account.secret.channelId) }, AnyRow, pages);
  const { rows, complete } = await list(number);
  const orders = rows
    .flatMap((row) => OrderRow.safeParse(row).data ?? [])
    .filter((row) => String(row.number) === number);
  if (orders.length > 0) return { orders, isAbsent: false };
  if (!complete && rows.length > 0)
    throw new Misconfigured(`Omnitron's list of orders ignores the filter by number: nothing can be created safely.`);
  if (!complete) return { orders, isAbsent: false };
  if (rows.length === 0) return { orders, isAbsent: true };
  // A server that filters shows only orders that it takes for ours, whatever we make of them.
  const isAnswerToOurs = (await list(NO_NUMBER, 1)).rows.length === 0;
  const isAbsent = rows.every((row) => {
    const identifying = [OrderRow.safeParse(row).data?.number];
    return recognise(row, { reference: number, isOurs: false, identifying, isAnswerToOurs }) === "another";
  });
  return { orders, isAbsent };
}

/** What Omnitron holds under our reference: sums per product over all items, per unit or per line. */
export async function findOrder(sent: Sent, context: Context): Promise<Found> {
  const { orders, isAbsent } = await ordersOf(sent.reference, context);
  if (orders.length === 0) return { found: "nothing", conclusive: isAbsent };

  const same: string[] = [];
  const cancelled: string[] = [];
  let different: string | undefined;
  let unfinished = false;
  for (const order of orders) {
    const pk = keyOf(order);
    if (pk === undefined)
      throw new Misconfigured("Omnitron's list of orders shows no key, so their items cannot be read.");
    if (isCancelled(order.status)) {
      cancelled.push(pk);
      continue;
    }
    const items = await itemsOf(pk, context);
    if (items.length > 0 && items.every(({ status }) => isCancelled(status))) {
      cancelled.push(pk);
      continue;
    }
    const held = items.map(unitsOf);
    // Its items may come into the list after it, so it cannot be compared yet; nor where one cannot be read.
    if (held.length === 0 || !held.every((one) => one !== undefined)) {
      unfinished = true;
      continue;
    }
    const { lines, difference } = compareLines(sent.lines, held);
    if (lines === "same") same.push(pk);
    else
      different = `Omnitron's order ${pk} of that number has other lines than we sent, by its product keys: ${difference}.`;
  }
  if (same.length === 1) return { found: "same", providerOrderIds: same };
  if (same.length > 1) {
    const notes = [`Omnitron holds ${same.length} live orders of that number: ${same.join(", ")}.`];
    return { found: "same", providerOrderIds: same, notes };
  }
  if (unfinished) return { found: "nothing", conclusive: false };
  if (different !== undefined) return { found: "different", reason: different };
  return {
    found: "cancelled",
    providerOrderIds: cancelled,
    reason: `Omnitron's order ${cancelled.join(", ")} of that number is cancelled.`,
  };
}

/** @returns undefined where the item cannot be read */
function unitsOf({ product, quantity }: ItemRow): ProductQuantity | undefined {
  // Without a quantity an item is one unit.
  const units = quantity == null ? 1 : typeof quantity === "object" ? Number.NaN : Number(quantity);
  return product === undefined || !Number.isInteger(units) ? undefined : { product, quantity: units };
}

async function itemsOf(pk: string, { api, channel }: Context): Promise<ItemRow[]> {
  const { rows, complete } = await api.list(`${channel}order_items/`, { order: pk, sort: "id" }, ItemRow);
  // A server that ignores the filter shows other orders' items, too.
  if (complete) return rows.filter(({ order }) => order === undefined || order === pk);
  throw new Misconfigured("Omnitron's list of order items is not filtered by order: nothing can be compared.");
}
