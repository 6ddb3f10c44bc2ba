import { loadProviders } from "../functions/providers/registry.ts";
import { type Identity, identityText } from "../shared/identity.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { reference } from "../shared/ledger/reference.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import { type Config, destinationPath, pathOf } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { timeText } from "./order-story.ts";

const DAY = 86_400_000;
/** Read at a time, so many parts side by side: a part is 6 hours of 10 shards each. */
const STEP = DAY;
const PARTS = 4;
/** What is read without a word. */
const QUIET = 7 * DAY;
/** An order's next look may lie ahead: of a held order at most 6 h, of an open one 12 h. */
const AHEAD = DAY;
/** References that are recognised: an order rarely has a second generation. */
const GENERATIONS = 5;

interface Search {
  config: Config;
  ledger: Pick<Ledger, "walk" | "workList">;
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
 * ID alone, or by our reference at a provider. All but the first read the work list hour by hour, newest first, until
 * an order is found; nothing scans the table.
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
  const { config, ledger, now, since, before = Number.POSITIVE_INFINITY, progress } = search;
  const matches = await matcher(words, config);
  const held = await collect(ledger.workList("held"), ({ workAt, ...entry }) =>
    Date.parse(workAt) < before ? matches({ workAt, ...entry }) : false,
  );
  if (held.length > 0) return held;
  const oldest = Math.max(since, now - config.retention.states);
  for (let newest = Math.min(now + AHEAD, before - 1); newest > oldest; newest -= STEP) {
    const parts = Array.from({ length: PARTS }, (_, part) => newest - (part * STEP) / PARTS);
    const found = await Promise.all(
      parts
        .filter((from) => from > oldest)
        .map((from) => collect(ledger.walk(from, Math.max(from - STEP / PARTS + 1, oldest)), matches)),
    );
    if (found.flat().length > 0) return distinct(found.flat());
    if (newest < now - QUIET) progress(`looked through everything since ${timeText(Math.max(newest - STEP, oldest))}`);
  }
  return [];
}

const distinct = (orders: readonly Identity[]): Identity[] => [
  ...new Map(orders.map((order) => [identityText(order), order])).values(),
];

async function collect(entries: AsyncIterable<WorkEntry>, matches: (entry: WorkEntry) => boolean): Promise<Identity[]> {
  const found = new Map<string, Identity>();
  for await (const entry of entries) if (matches(entry)) found.set(identityText(entry.identity), entry.identity);
  return [...found.values()];
}

/** `#1001`, ` 1001` and `1001` are one number. */
const plain = (number: string): string => number.trim().replace(/^#/, "").toLowerCase();

async function matcher(words: string, config: Config): Promise<(entry: WorkEntry) => boolean> {
  const number = plain(words);
  const references = await referencesIn(config);
  return ({ identity, number: own }) =>
    (own !== undefined && plain(own) === number) ||
    identity.orderId === words ||
    references(identity).includes(words.trim());
}

/** What the references of an order can be, at any destination of the stage. */
async function referencesIn({ connections, destinations }: Config): Promise<(order: Identity) => string[]> {
  const providers = await loadProviders();
  const kinds = destinations.flatMap((destination) => {
    const provider = providers.find(({ name }) => destinationPath(destination).startsWith(`${name}/`));
    return provider ? [{ limits: provider.reference, isPlain: destination.references === "plain" }] : [];
  });
  return (order) => {
    const key = connections.find((one) => one.channel === order.channel && one.name === order.connection)?.key;
    return kinds.flatMap(({ limits, isPlain }) =>
      Array.from({ length: GENERATIONS }, (_, index) => reference(order, index + 1, isPlain ? undefined : key, limits)),
    );
  };
}
