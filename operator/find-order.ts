import type { Identity } from "../shared/identity.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { type Config, pathOf } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { timeText } from "./order-story.ts";
import { searchOrders } from "./search-orders.ts";

const DAY = 86_400_000;
/** What is read without a word. */
const QUIET = 7 * DAY;
/** An order's next look may lie ahead: of a held order at most 6 h, of an open one 12 h. */
const AHEAD = DAY;

interface Search {
  config: Config;
  ledger: Pick<Ledger, "walk" | "workList" | "order" | "load">;
  /** Epoch ms. */
  now: number;
  /** How far back it looks, epoch ms. */
  since: number;
  /** Only orders whose entry in the work list is older, epoch ms. */
  before?: number | undefined;
  progress(sentence: string): void;
}

/**
 * The order that the operator means: by channel, connection and ID, by the number that the buyer sees, by the channel's
 * ID alone, or by our reference at a provider (search-orders.ts). The work list is read until an order is found, and for
 * a day more.
 * @throws CommandError if there is none, or several as new as each other
 */
export async function findOrder(words: string, search: Search): Promise<Identity> {
  const [, channel, connection, orderId] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(words) ?? [];
  if (channel && connection && orderId) return { channel, connection, orderId };
  const found = await newestMatches(words, search);
  const [only, ...more] = found;
  if (!only) {
    throw new CommandError(
      `No order since ${timeText(search.since)} has the number, ID or reference ${words}. --since 400d looks further back. To name an order exactly, write channel/connection/order ID, as in shopify/main/820982911946154508.`,
    );
  }
  if (more.length === 0) return only;
  throw new CommandError(
    `${found.length} orders match ${words}. Name one of them:\n${found.map((one) => `  ${pathTo(one)}`).join("\n")}`,
  );
}

/** `shopify/main/820982911946154508` */
export const pathTo = ({ channel, connection, orderId }: Identity): string =>
  `${pathOf({ channel, name: connection })}/${orderId}`;

async function newestMatches(words: string, search: Search): Promise<Identity[]> {
  const { config, ledger, now, since, before, progress } = search;
  const span = {
    from: Math.min(now + AHEAD, (before ?? Number.POSITIVE_INFINITY) - 1),
    to: Math.max(since, now - config.retention.states) + 1,
  };
  const found: Identity[] = [];
  let hasWalked = false;
  let stopAt = Number.NEGATIVE_INFINITY;
  let reported = now - QUIET;
  for await (const step of searchOrders(words, { config, ledger, span })) {
    if ("found" in step) {
      // What names an order's key is found before the walk, however new it is.
      const isOld = before === undefined || hasWalked || (await entryOf(step.found, ledger)) < before;
      if (isOld) found.push(step.found);
      continue;
    }
    const { since: readTo } = step.looked;
    if (found.length > 0) {
      if (!hasWalked || readTo <= stopAt) break;
      if (stopAt === Number.NEGATIVE_INFINITY) stopAt = readTo - DAY;
    }
    hasWalked = true;
    if (readTo > reported - DAY) continue;
    reported -= DAY;
    progress(`looked through everything since ${timeText(readTo)}`);
  }
  return found;
}

async function entryOf(identity: Identity, ledger: Pick<Ledger, "order">): Promise<number> {
  return Date.parse((await ledger.order(identity))?.workAt ?? "");
}
