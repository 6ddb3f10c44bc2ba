import type { Identity } from "../shared/identity.ts";
import { buyerHash } from "../shared/ledger/buyer-hash.ts";
import { earliestEntry, furthestAhead } from "../shared/ledger/erasure-walk.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { ERASED_BUYER } from "../shared/ledger/order-record.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import type { Order } from "../shared/order.ts";
import { type Config, type Connection, pathOf } from "../shared/stage/config.ts";

/** A shop, and one of the hashes by which its order records know the buyer. */
export interface KnownBuyer {
  connection: Pick<Connection, "channel" | "name">;
  buyer: string;
}

export interface BuyersOrders {
  orders: Identity[];
  /** What a request to erase has to name. */
  buyers: KnownBuyer[];
}

interface Search {
  ledger: Ledger;
  config: Config;
  connections: readonly Pick<Connection, "channel" | "name">[];
  /** Epoch ms. */
  now: number;
  /** Called with the number of orders before their bodies are read. */
  reads: (orders: number) => void;
}

/** Orders read side by side. */
const SIDE_BY_SIDE = 20;

/**
 * All orders of a buyer, by a walk of the work list. An order's record knows its buyer by a hash of the channel's own ID,
 * and of the e-mail address only where there is no ID. So for an e-mail address the bodies are read as well; the hash of
 * an order that has it finds the buyer's older orders, whose bodies have expired.
 * @param buyer the channel's ID, or an e-mail address
 */
export async function ordersOfBuyer(buyer: string, search: Search): Promise<BuyersOrders> {
  const email = buyer.includes("@") ? buyer.trim().toLowerCase() : undefined;
  const entries = await entriesOf(search);
  const known = new Map<string, KnownBuyer>();
  const add = (connection: KnownBuyer["connection"], hash: string) =>
    known.set(keyOf(pathOf(connection), hash), { connection, buyer: hash });
  for (const connection of search.connections) add(connection, buyerHash(email ?? buyer, connection));

  const named = new Set<WorkEntry>();
  if (email !== undefined) {
    const others = entries.filter((entry) => !known.has(keyOf(shopOf(entry), entry.buyer)));
    search.reads(others.length);
    for (const entry of await withEmail(others, email, search.ledger)) {
      named.add(entry);
      const { channel, connection: name } = entry.identity;
      if (entry.buyer !== undefined) add({ channel, name }, entry.buyer);
    }
  }
  const found = entries.filter((entry) => named.has(entry) || known.has(keyOf(shopOf(entry), entry.buyer)));
  return { orders: found.map(({ identity }) => identity), buyers: [...known.values()] };
}

const shopOf = ({ identity: { channel, connection } }: WorkEntry): string => pathOf({ channel, name: connection });
const keyOf = (path: string, buyer: string | undefined): string => `${path}#${buyer}`;

/** Entries of the shops' orders that are not erased, each order once. */
async function entriesOf({ ledger, config, connections, now }: Search): Promise<WorkEntry[]> {
  const paths = new Set(connections.map(pathOf));
  const from = Date.parse(earliestEntry(await ledger.erasures.walk(), config, now));
  const found = new Map<string, WorkEntry>();
  const collect = async (stream: AsyncIterable<WorkEntry>) => {
    for await (const entry of stream) {
      if (entry.destination !== undefined || entry.buyer === ERASED_BUYER || !paths.has(shopOf(entry))) continue;
      found.set(`${shopOf(entry)}#${entry.identity.orderId}`, entry);
    }
  };
  await collect(ledger.walk(from, now + furthestAhead(config)));
  await collect(ledger.workList("held"));
  return [...found.values()];
}

async function withEmail(entries: readonly WorkEntry[], email: string, ledger: Ledger): Promise<WorkEntry[]> {
  const found: WorkEntry[] = [];
  for (let at = 0; at < entries.length; at += SIDE_BY_SIDE) {
    const some = entries.slice(at, at + SIDE_BY_SIDE);
    const has = await Promise.all(some.map(({ identity }) => hasEmail(identity, email, ledger)));
    found.push(...some.filter((_, index) => has[index]));
  }
  return found;
}

async function hasEmail(identity: Identity, email: string, ledger: Ledger): Promise<boolean> {
  const body = (await ledger.load(identity))?.body;
  return body !== undefined && emailsOf(await ledger.readBody(body)).includes(email);
}

const emailsOf = ({ buyer, shippingAddress, billingAddress }: Order): string[] =>
  [buyer?.email, shippingAddress?.email, billingAddress?.email].flatMap((one) => one?.trim().toLowerCase() ?? []);
