import type { GraphQLFieldResolver } from "graphql";
import type { ApiBook } from "../../channel-api.ts";
import { SCOPES } from "./tokens.ts";

/** JSON of the Admin API's shape, with whole lists. */
type Stored = Readonly<Record<string, unknown>>;

/** The search index shows a change after this time, ms. How long it really takes is not published. (ASSUME) */
const INDEX_LAG = 2_000;

interface Listed {
  first?: number;
  last?: number;
  after?: string | null;
  before?: string | null;
  query?: string | null;
  sortKey?: string;
  reverse?: boolean;
}

/** An argument has a value that Shopify refuses. */
export class ArgumentError extends Error {}

/** What the queries of the schema find in the book of the shop. */
export const rootOf = (book: ApiBook) => ({
  currentAppInstallation: {
    id: "gid://shopify/AppInstallation/1",
    accessScopes: (book.memory.get("scopes")?.split(",") ?? SCOPES).map((handle) => ({ handle, description: handle })),
  },
  order: ({ id }: { id: string }) => ordersIn(book).find((order) => order["id"] === id) ?? null,
  orders: (asked: Listed) => ({ nodes: listed(asked, book) }),
  refund: ({ id }: { id: string }) => partOf("refunds", id, book),
  fulfillment: ({ id }: { id: string }) => partOf("fulfillments", id, book),
  fulfillmentOrder({ id }: { id: string }) {
    for (const order of ordersIn(book)) {
      const found = entries(order["fulfillmentOrders"]).find((one) => one["id"] === id);
      if (found) return { ...found, order };
    }
    return null;
  },
});

const isStored = (value: unknown): value is Stored => typeof value === "object" && value !== null;

function ordersIn({ orders }: Pick<ApiBook, "orders">): Stored[] {
  return [...orders.values()].map((text): unknown => JSON.parse(text)).filter(isStored);
}

/** Of a list with a cursor, or without. */
function entries(list: unknown): Stored[] {
  const nodes = Array.isArray(list) ? list : isStored(list) ? list["nodes"] : [];
  return Array.isArray(nodes) ? nodes.filter(isStored) : [];
}

function partOf(list: string, id: string, book: ApiBook): Stored | null {
  const all = ordersIn(book).flatMap((order) => entries(order[list]));
  return all.find((one) => one["id"] === id) ?? null;
}

/** Of the search syntax this alone: `updated_at:>='2026-11-01T00:00:00Z'`. */
const SEARCH = /^updated_at:(>=|>)'?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'?$/;

function listed({ query, sortKey, reverse }: Listed, book: ApiBook): Stored[] {
  const [, bound = "", time = ""] = query ? (SEARCH.exec(query) ?? [undefined, "wrong"]) : [];
  if (bound === "wrong")
    throw new ArgumentError("The search is not simulated; write updated_at:>='2026-11-01T00:00:00Z'.");
  const changed = (order: Stored) => Date.parse(String(order["updatedAt"]));
  const since = time === "" ? Number.NEGATIVE_INFINITY : Date.parse(time);
  const found = ordersIn(book)
    .filter((order) => (bound === ">" ? changed(order) > since : changed(order) >= since))
    .filter((order) => changed(order) <= book.now() - INDEX_LAG);
  // Any other key is not simulated: the orders come as they arrived.
  if (sortKey === "UPDATED_AT") found.sort((a, b) => changed(a) - changed(b));
  return reverse ? found.reverse() : found;
}

/**
 * A field as it is stored. Of a list with a cursor it is the page that is asked for; the cursor is the last entry's own
 * position (its ID and time), so that a change elsewhere moves no page.
 */
export const fieldOf: GraphQLFieldResolver<Stored, unknown> = (source, args, context, info) => {
  const value = source[info.fieldName];
  const found: unknown = typeof value === "function" ? value(args, context) : value;
  if (!info.returnType.toString().includes("Connection")) {
    const first = Object.hasOwn(args, "first") ? Number(args["first"]) : Number.POSITIVE_INFINITY;
    return Array.isArray(found) && Number.isFinite(first) ? found.slice(0, first) : found;
  }
  return pageOf(entries(found), args);
};

function pageOf(nodes: readonly Stored[], { first = 0, after, last, before }: Listed) {
  if (last !== undefined || (before !== undefined && before !== null))
    throw new ArgumentError("Backwards is not simulated.");
  const from = after === undefined || after === null ? 0 : positionAfter(nodes, after);
  const page = nodes.slice(from, from + first);
  const end = page.at(-1);
  return {
    nodes: page,
    pageInfo: {
      hasNextPage: from + first < nodes.length,
      hasPreviousPage: from > 0,
      startCursor: null,
      endCursor: end ? cursorOf(end, from + page.length - 1) : null,
    },
  };
}

const cursorOf = (node: Stored, at: number): string =>
  Buffer.from(JSON.stringify({ last_id: node["id"] ?? at, last_value: node["updatedAt"] ?? at })).toString("base64");

/** @throws ArgumentError if it is no cursor */
function positionAfter(nodes: readonly Stored[], cursor: string): number {
  let last: unknown;
  try {
    last = JSON.parse(Buffer.from(cursor, "base64").toString());
  } catch {
    throw new ArgumentError("Invalid cursor for current pagination sort.");
  }
  if (!isStored(last)) throw new ArgumentError("Invalid cursor for current pagination sort.");
  const { last_id: id, last_value: value } = last;
  if (typeof value === "number") return value + 1;
  const same = nodes.findIndex((node) => node["id"] === id && node["updatedAt"] === value);
  if (same >= 0) return same + 1;
  // The entry has moved: the page goes on behind its former place.
  const next = nodes.findIndex((node) => String(node["updatedAt"]) > String(value));
  return next < 0 ? nodes.length : next;
}
