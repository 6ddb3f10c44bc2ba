import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { parseExactly } from "../../exact-json.ts";
import { selectFields } from "./response-fields.ts";

type Stored = Readonly<Record<string, unknown>>;

/** Those of the document that are not simulated are missing: they are refused, and not ignored. */
const PARAMETERS = [
  ...["offset", "limit", "updatedFrom", "updatedTo", "createdFrom", "createdTo"],
  ...["paymentStatus", "fulfillmentStatus", "responseFields"],
];
const MOST = 100;

/**
 * `GET /orders`: the newest first (ASSUME), and no unfinished ones unless they are asked for.
 * https://docs.ecwid.com/api-reference/rest-api/orders/search-orders
 * @returns the name of a parameter that is wrong, or the answer
 */
export function listOf({ query }: ApiRequest, { orders }: Pick<ApiBook, "orders">): string | object {
  const wrong = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  if (wrong !== undefined) return wrong;
  const [offset, limit] = [numberIn(query, "offset", 0), numberIn(query, "limit", MOST)];
  if (offset === undefined) return "offset";
  if (limit === undefined) return "limit";
  const bounds = ["updatedFrom", "updatedTo", "createdFrom", "createdTo"] as const;
  const unreadable = bounds.find((name) => query.has(name) && Number.isNaN(secondsIn(query, name)));
  if (unreadable !== undefined) return unreadable;

  const found = [...orders.values()]
    .map((text) => parseExactly(text) as Stored)
    .filter((order) => isWanted(order, query))
    .toSorted((a, b) => numberOf(b, "create") - numberOf(a, "create"));
  const size = Math.min(limit, MOST);
  const items = found.slice(offset, offset + size);
  return selectFields({ total: found.length, count: items.length, offset, limit: size, items }, query);
}

function isWanted(order: Stored, query: URLSearchParams): boolean {
  for (const what of ["update", "create"] as const) {
    const time = numberOf(order, what);
    const [from, until] = [secondsIn(query, `${what}dFrom`), secondsIn(query, `${what}dTo`)];
    // What has no time is no order.
    if (!(time >= (from ?? 0) && time <= (until ?? Number.POSITIVE_INFINITY))) return false;
  }
  const payment = query.get("paymentStatus")?.split(",");
  const status = String(order["paymentStatus"]);
  if (payment === undefined ? status === "INCOMPLETE" : !payment.includes(status)) return false;
  return query.get("fulfillmentStatus")?.split(",").includes(String(order["fulfillmentStatus"])) ?? true;
}

/** Seconds since the epoch, of an order that `PUT` stored without them too. */
function numberOf(order: Stored, what: "update" | "create"): number {
  const date = String(order[`${what}Date`] ?? "");
  return date === "" ? Number(order[`${what}Timestamp`]) : secondsOf(date);
}

/** Seconds, or `2023-01-15 19:27:50 -0500`; without a zone UTC. */
function secondsOf(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const [, day, clock = "00:00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d))?(?: ?([+-]\d{4}))?$/.exec(text) ?? [];
  return Math.floor(Date.parse(`${day}T${clock}${zone.replace(/^(.\d\d)(\d\d)$/, "$1:$2")}`) / 1000);
}

function secondsIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : secondsOf(text);
}

function numberIn(query: URLSearchParams, name: string, usual: number): number | undefined {
  const text = query.get(name);
  if (text === null) return usual;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
