import { parseJson } from "../../../../shared/json.ts";
import type { ApiBook } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import { DATA_SETS, invalid, shown, unknownDataSet } from "./data-sets.ts";

const PARAMETERS = [
  ...["createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses"],
  ...["marketplaceIds", "fulfilledBy", "maxResultsPerPage", "paginationToken", "includedData"],
];
/** By how much the list is late: two minutes at Amazon; shorter here, so that any fault settles soon. */
const LAG_MS = 2_000;
const MOST = 100;

type Stored = Readonly<Record<string, unknown>>;

/** `searchOrders`: those that changed up to the lag, oldest first. */
export function searchAnswer(query: URLSearchParams, { orders, now }: Pick<ApiBook, "orders" | "now">): Answer {
  const objection = objectionTo(query, now());
  if (objection !== undefined) return invalid(objection);
  const by = query.has("lastUpdatedAfter") ? "lastUpdated" : "created";
  const until = query.get(`${by}Before`) ?? new Date(now() - LAG_MS).toISOString();
  const timeOf = (order: Stored) => Date.parse(String(order[`${by}Time`]));
  const isListed = (name: string, value: unknown) => !query.has(name) || listIn(query, name).includes(String(value));
  const found = [...orders.values()]
    .map((text) => parseJson(text) as Stored)
    .filter((order) => {
      const { fulfillmentStatus, fulfilledBy } = Object(order["fulfillment"]);
      return (
        timeOf(order) >= Date.parse(query.get(`${by}After`) ?? "") &&
        timeOf(order) <= Date.parse(until) &&
        isListed("marketplaceIds", Object(order["salesChannel"]).marketplaceId) &&
        isListed("fulfillmentStatuses", fulfillmentStatus) &&
        isListed("fulfilledBy", fulfilledBy)
      );
    })
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  const size = Number(query.get("maxResultsPerPage") ?? MOST);
  const from = Number(query.get("paginationToken") ?? 0);
  const isLast = found.length <= from + size;
  return json(200, {
    orders: found.slice(from, from + size).map((order) => shown(order, listIn(query, "includedData"))),
    ...(!isLast && { pagination: { nextToken: String(from + size) } }),
    [`${by}Before`]: until,
  });
}

const listIn = (query: URLSearchParams, name: string): string[] => query.get(name)?.split(",") ?? [];

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function objectionTo(query: URLSearchParams, now: number): string | undefined {
  const unknown = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return `The parameter ${unknown} is not known.`;
  if (query.has("createdAfter") === query.has("lastUpdatedAfter")) {
    return "Exactly one of createdAfter and lastUpdatedAfter must be provided.";
  }
  const other = query.has("createdAfter") ? "lastUpdatedBefore" : "createdBefore";
  if (query.has(other)) return `${other} may not be provided.`;
  for (const name of ["createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore"]) {
    const time = query.get(name);
    if (time === null) continue;
    if (!TIME.test(time)) return `${name} is not ISO 8601.`;
    if (name.endsWith("Before") && Date.parse(time) > now - LAG_MS) return `${name} is not two minutes ago.`;
  }
  const size = query.get("maxResultsPerPage") ?? "1";
  if (!/^\d{1,3}$/.test(size) || Number(size) < 1 || Number(size) > MOST) return "maxResultsPerPage is not 1 to 100.";
  if (!/^\d{1,9}$/.test(query.get("paginationToken") ?? "0")) return "paginationToken is invalid.";
  if (listIn(query, "marketplaceIds").length > 50) return "marketplaceIds has more than 50.";
  const set = unknownDataSet(listIn(query, "includedData"));
  return set === undefined ? undefined : `includedData has ${set}, and takes ${DATA_SETS.join(", ")}.`;
}
