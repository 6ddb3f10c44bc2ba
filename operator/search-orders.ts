import { loadProviders } from "../functions/providers/registry.ts";
import { type Identity, identityText } from "../shared/identity.ts";
import type { Ledger, OrderSnapshot } from "../shared/ledger/ledger.ts";
import { reference } from "../shared/ledger/reference.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import { NewerRelease } from "../shared/release.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { WORK_LIST_SHARDS } from "../shared/stage/names.ts";
import { orderIdentity } from "./order-identity.ts";
import { sideBySide } from "./side-by-side.ts";
import { hoursBack, type Looked, type Span } from "./work-hours.ts";

/** By what the words name an order. */
export type FoundBy =
  | "name"
  | "channel's ID"
  | "number"
  | "our reference"
  | "provider's ID"
  | "message ID"
  | "event ID"
  | "reference";

/**
 * An order that has the words; or how far the search has come. `reads`: what is read hour by hour: the work list, which
 * knows numbers, channels' IDs and our references; its shards that are not written to any more; or the orders themselves.
 */
export type SearchStep =
  | { found: Identity; by: FoundBy }
  | { looked: Looked & { reads: "work list" | "older shards" | "orders"; orders: number } };

interface Search {
  config: Config;
  ledger: Pick<Ledger, "walk" | "workList" | "order" | "load">;
  /** Of the entries in the work list; `from` is the later end, epoch ms. */
  span: Span;
  /** Then reads the orders themselves: for a provider's ID, or the ID of a message or an event. */
  deep?: boolean;
}

/** References that are recognised: an order rarely has a second generation. */
const GENERATIONS = 5;
/** Orders read side by side. */
const SIDE_BY_SIDE = 20;

/**
 * Finds orders by whatever was pasted: channel/connection/ID, the number that the buyer sees, the channel's ID, our
 * reference; `deep` also by a provider's ID and by the ID of a message or an event. What names an order's key is read at
 * once; then the work list, newest first; then the orders. Each order comes once. Nothing scans the table.
 */
export async function* searchOrders(words: string, { config, ledger, span, deep }: Search): AsyncGenerator<SearchStep> {
  const pasted = words.trim();
  if (pasted === "") return;
  const seen = new Set<string>();
  const isNew = (identity: Identity) => {
    const key = identityText(identity);
    return seen.has(key) ? false : Boolean(seen.add(key));
  };
  const references = await referencesIn(config);

  for await (const some of sideBySide(candidates(pasted, config, references), SIDE_BY_SIDE, async (candidate) => ({
    ...candidate,
    isThere: await exists(candidate.found, ledger),
  }))) {
    for (const { found, by, isThere } of some) if (isThere && isNew(found)) yield { found, by };
  }

  const isMeant = matcher(pasted, references);
  for await (const entry of ledger.workList("held")) {
    const at = Date.parse(entry.workAt);
    const by = at >= span.to && at <= span.from ? isMeant(entry) : undefined;
    if (by && isNew(entry.identity)) yield { found: entry.identity, by };
  }
  let orders = 0;
  const { workListShards } = config.ledger;
  const all = [...Array(WORK_LIST_SHARDS).keys()];
  // The shards that are written to first. Others have entries only where the setting was once higher.
  for (const shards of [all.slice(0, workListShards), all.slice(workListShards)]) {
    if (shards.length === 0) continue;
    const reads = shards[0] === 0 ? "work list" : "older shards";
    for await (const step of hoursBack(ledger, span, shards)) {
      if ("looked" in step) {
        yield { looked: { ...step.looked, reads, orders } };
        continue;
      }
      orders += 1;
      const by = isMeant(step.entry);
      if (by && isNew(step.entry.identity)) yield { found: step.entry.identity, by };
    }
  }
  if (deep) yield* readOrders(pasted, { ledger, span, isNew });
}

/** Reads the orders hour by hour, newest first: those held for the operator, then those of the hours. */
async function* readOrders(
  pasted: string,
  { ledger, span, isNew }: { ledger: Search["ledger"]; span: Span; isNew(identity: Identity): boolean },
): AsyncGenerator<SearchStep> {
  const read = new Set<string>();
  let batch: Identity[] = [];
  const flush = async function* (): AsyncGenerator<SearchStep> {
    const identities = batch;
    batch = [];
    for await (const files of sideBySide(identities, SIDE_BY_SIDE, (identity) => loaded(identity, ledger))) {
      for (const file of files) {
        const by = file && namedIn(file, pasted);
        if (!by) continue;
        const { channel, connection, orderId } = file.record;
        if (isNew({ channel, connection, orderId })) yield { found: { channel, connection, orderId }, by };
      }
    }
  };
  const add = ({ identity, destination }: WorkEntry) => {
    const key = identityText(identity);
    if (destination !== undefined || read.has(key)) return;
    read.add(key);
    batch.push(identity);
  };
  for await (const entry of ledger.workList("held")) add(entry);
  for await (const step of hoursBack(ledger, span)) {
    if ("entry" in step) add(step.entry);
    if (batch.length >= SIDE_BY_SIDE || "looked" in step) yield* flush();
    if ("looked" in step) yield { looked: { ...step.looked, reads: "orders", orders: read.size } };
  }
}

async function loaded(identity: Identity, ledger: Pick<Ledger, "load">): Promise<OrderSnapshot | undefined> {
  try {
    return await ledger.load(identity);
  } catch (error) {
    // One order that this release cannot read must not end the search.
    if (error instanceof NewerRelease) return undefined;
    throw error;
  }
}

const exists = async (identity: Identity, ledger: Pick<Ledger, "order">): Promise<boolean> =>
  ledger.order(identity).then(
    (record) => record !== undefined,
    (error: unknown) => {
      // It is there, and this release cannot read it: opening it says so.
      if (error instanceof NewerRelease) return true;
      throw error;
    },
  );

/** What the ledger stores of an order beside the work list's entry. */
function namedIn({ record, deliveries }: OrderSnapshot, pasted: string): FoundBy | undefined {
  for (const { providerOrderIds, reference: own, tries, failed } of deliveries) {
    if (providerOrderIds.includes(pasted)) return "provider's ID";
    if (own === pasted) return "reference";
    if (Object.hasOwn(tries, pasted) || Object.hasOwn(failed, pasted)) return "message ID";
  }
  const isEvent = record.eventId === pasted || record.events.some(({ eventId }) => eventId === pasted);
  return isEvent ? "event ID" : undefined;
}

/** DynamoDB's for a key, bytes. */
const LONGEST_KEY = 1024;

/** Orders of which the words would be the name, the ID or a reference that carries the ID: each is one read. */
function candidates(pasted: string, config: Config, references: References): { found: Identity; by: FoundBy }[] {
  if (Buffer.byteLength(pasted) > LONGEST_KEY) return [];
  const named = /^[^/]+\/[^/]+\/.+$/s.test(pasted) ? [{ found: orderIdentity(pasted), by: "name" as const }] : [];
  const ofConnections = config.connections.flatMap(({ channel, name, key }) => {
    const order = (orderId: string): Identity => ({ channel, connection: name, orderId });
    const bare = pasted.replace(/-g\d+$/, "");
    const ids = [bare, ...(bare.startsWith(`${key}-`) ? [bare.slice(key.length + 1)] : [])].filter((id) => id !== "");
    const referred = ids.map(order).filter((one) => references.of(one).includes(pasted));
    return [
      { found: order(pasted), by: "channel's ID" as const },
      ...referred.map((found) => ({ found, by: "our reference" as const })),
    ];
  });
  return [...named, ...ofConnections];
}

/** `#1001`, ` 1001` and `1001` are one number. */
const plain = (number: string): string => number.trim().replace(/^#/, "").toLowerCase();

/** By what an entry has the words, if it has. */
function matcher(pasted: string, references: References): (entry: WorkEntry) => FoundBy | undefined {
  const number = plain(pasted);
  return ({ identity, number: own }) => {
    if (own !== undefined && plain(own) === number) return "number";
    if (identity.orderId === pasted) return "channel's ID";
    if (!references.mayBe(pasted, identity)) return undefined;
    return references.of(identity).includes(pasted) ? "our reference" : undefined;
  };
}

interface References {
  /** What the references of an order can be, at any destination of the stage. */
  of(order: Identity): string[];
  /** Whether they need to be worked out at all. */
  mayBe(pasted: string, order: Identity): boolean;
}

/** In a reference, the order's ID or 20 characters of a hash (reference.ts). */
const HASHED = /(^|-)[a-z2-7]{20}(-g\d+)?$/;

async function referencesIn({ connections, destinations }: Config): Promise<References> {
  const providers = await loadProviders();
  const kinds = destinations.flatMap((destination) => {
    const provider = providers.find(({ name }) => destinationPath(destination).startsWith(`${name}/`));
    return provider ? [{ limits: provider.reference, isPlain: destination.references === "plain" }] : [];
  });
  return {
    of(order) {
      const key = connections.find((one) => one.channel === order.channel && one.name === order.connection)?.key;
      return kinds.flatMap(({ limits, isPlain }) =>
        Array.from({ length: GENERATIONS }, (_, index) =>
          reference(order, index + 1, isPlain ? undefined : key, limits),
        ),
      );
    },
    mayBe: (pasted, { orderId }) => pasted.includes(orderId) || HASHED.test(pasted),
  };
}
