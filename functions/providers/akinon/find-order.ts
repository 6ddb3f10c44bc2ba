import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Found, Sent } from "../provider.ts";
import type { Context } from "./context.ts";
import { ItemRow, isCancelled, keyOf, OrderRow } from "./rows.ts";

/** Orders of exactly that number. @throws Misconfigured where the list is not filtered and too long to read */
export async function ordersOf(number: string, { api, channel, account }: Context): Promise<OrderRow[]> {
  const query = { number, channel_id: String(account.secret.channelId) };
  const { rows, complete } = await api.list(`${channel}orders/`, query, OrderRow);
  const found = rows.filter((row) => String(row.number ?? "") === number);
  if (found.length > 0 || complete) return found;
  throw new Misconfigured(`Omnitron's list of orders ignores the filter by number: nothing can be created safely.`);
}

/** What Omnitron holds under our reference: sums per product over all items, per unit or per line. */
export async function findOrder(sent: Sent, context: Context): Promise<Found> {
  const orders = await ordersOf(sent.reference, context);
  if (orders.length === 0) return { found: "nothing", conclusive: true };

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
    // Its items may come into the list after it, so it cannot be compared yet.
    if (items.length === 0) {
      unfinished = true;
      continue;
    }
    const held = items.map((item) => ({ product: item.product ?? "?", quantity: Number(item.quantity ?? 1) }));
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

async function itemsOf(pk: string, { api, channel }: Context): Promise<ItemRow[]> {
  const { rows, complete } = await api.list(`${channel}order_items/`, { order: pk, sort: "id" }, ItemRow);
  // A server that ignores the filter shows other orders' items, too.
  if (complete) return rows.filter(({ order }) => order === undefined || order === pk);
  throw new Misconfigured("Omnitron's list of order items is not filtered by order: nothing can be compared.");
}
