import { MalformedEvent, Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { type Ask, createAsk, type ShopAccount } from "./access.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { isListedAsOver, lastChange, stateWord } from "./order-state.ts";
import { Receipt, ReceiptPage, type ReceiptRow, ScopesAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";
import { lookUpSkus } from "./skus.ts";

const PAGE_SIZE = 100;
const MOST_PAGES = 2_000;
/** Etsy takes no earlier time: 2000-01-01, epoch seconds. */
const FIRST_SECOND = 946_684_800;

const NEEDED = ["transactions_r", "listings_r"];

/** One shop's orders, which Etsy calls receipts. https://developers.etsy.com/documentation/reference#tag/Shop-Receipt */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { shop, settings } = account;
    const ask = createAsk(account, tools);
    return {
      async order(id) {
        const path = `${receiptsOf(account)}/${encodeURIComponent(id)}`;
        const answer = await ask({ path, schema: Receipt });
        if ("status" in answer) return "gone";
        const receipt = answer.found;
        if (receipt.receipt_id !== id) {
          throw new MalformedEvent({ field: "receipt_id", problem: "is not that of the order asked for" });
        }
        const looked = await lookUpSkus(receipt, settings, { ask, tools });
        return { order: mapOrder({ receipt, ...looked }, shop, settings) };
      },
      changedSince: (time) => changedOrders(ask, account, Date.parse(time)),
      async check() {
        await page(ask, account, { limit: "1" });
        const answer = await ask({ path: "/scopes", form: (token) => ({ token }), schema: ScopesAnswer });
        const lacks = "found" in answer ? NEEDED.filter((scope) => !answer.found.scopes.includes(scope)) : [];
        if (lacks.length > 0) throw new Misconfigured(`The token works, but lacks ${lacks.join(", ")}.`);
      },
    };
  },
};

/** @throws Misconfigured if the stage file names no shop, or not by its number */
function receiptsOf({ shop }: Pick<ShopAccount, "shop">): string {
  if (shop !== undefined && /^\d{1,20}$/.test(shop)) return `/shops/${shop}/receipts`;
  throw new Misconfigured("The connection needs shop in the stage file: the shop's number at Etsy (shop_id).");
}

async function page(ask: Ask, account: ShopAccount, query: Readonly<Record<string, string>>): Promise<ReceiptPage> {
  const answer = await ask({ path: receiptsOf(account), query, schema: ReceiptPage });
  if ("found" in answer) return answer.found;
  throw new Unavailable("Etsy has no list of the shop's orders (404).");
}

/** A list, in the order of a time that its rows have, and from which it can go on. */
interface Listing {
  filter: Readonly<Record<string, string>>;
  /** The parameter with which it begins, and which order it sorts by. */
  begins: "min_last_modified" | "min_created";
  sort_on: "updated" | "created";
  timeOf(row: ReceiptRow): string | null | undefined;
}

const changed: Listing = {
  filter: {},
  begins: "min_last_modified",
  sort_on: "updated",
  timeOf: ({ updated_timestamp, update_timestamp }) => updated_timestamp ?? update_timestamp,
};
const placed = (filter: Listing["filter"]): Listing => ({
  filter,
  begins: "min_created",
  sort_on: "created",
  timeOf: ({ created_timestamp, create_timestamp }) => created_timestamp ?? create_timestamp,
});

/**
 * `min_last_modified` sees neither cancellations nor refunds (https://github.com/etsy/open-api/issues/604): these are
 * found among the cancelled and the open orders of the last weeks, by their state.
 * @param since epoch ms
 */
async function* changedOrders(ask: Ask, account: ShopAccount, since: number): AsyncGenerator<ChangedOrder> {
  const { listOverlap, lookBack } = account.settings;
  const seen = new Set<string>();
  const from = since - listOverlap;
  yield* listed(ask, account, changed, from, seen);
  yield* listed(ask, account, placed({ was_canceled: "true" }), from - lookBack, seen);
  yield* listed(ask, account, placed({ was_shipped: "false" }), from - lookBack, seen);
}

/**
 * Goes on from the last row's time, not by page: rows that leave or join the list meanwhile would move the others from
 * one page to another.
 * @param from epoch ms
 */
async function* listed(
  ask: Ask,
  account: ShopAccount,
  { filter, begins, sort_on, timeOf }: Listing,
  from: number,
  seen: Set<string>,
): AsyncGenerator<ChangedOrder> {
  let begin = Math.max(FIRST_SECOND, Math.floor(from / 1000));
  let offset = 0;
  for (let read = 0; read < MOST_PAGES; read++) {
    const { count, results } = await page(ask, account, {
      ...{ ...filter, [begins]: String(begin), sort_on, sort_order: "asc" },
      ...{ limit: String(PAGE_SIZE), offset: String(offset) },
    });
    for (const row of results) {
      if (seen.has(row.receipt_id)) continue;
      seen.add(row.receipt_id);
      const { settings } = account;
      // A cancellation leaves the receipt's time as it is.
      const progress = isListedAsOver(row, settings) ? ({ progress: "cancelled" } as const) : {};
      yield { id: row.receipt_id, changedAt: lastChange(row), state: stateWord(row, settings), ...progress };
    }
    if (results.length === 0 || offset + results.length >= count) return;
    const last = Math.floor(Date.parse(results.map(timeOf).at(-1) ?? "") / 1000);
    if (last > begin) [begin, offset] = [last, 0];
    else offset += results.length;
  }
  throw new MalformedEvent({ field: "count", problem: "has too many pages" });
}
