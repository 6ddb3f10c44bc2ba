import * as z from "zod/mini";
import { parseJson } from "../../../../shared/json.ts";
import { checkBody } from "../../body-check.ts";
import type { ApiBook, ApiRequest } from "../../channel-api.ts";
import { type Answer, json } from "../../simulator.ts";
import type { OrderResource } from "./order-resource.ts";
import { refused } from "./refused.ts";
import { bodyOf } from "./tokens.ts";

const MOST = 100;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const Search = z.strictObject({
  filter: z.optional(z.strictObject({ updatedDate: z.strictObject({ $gte: z.string().check(z.regex(TIME)) }) })),
  sort: z.optional(
    z.array(z.strictObject({ fieldName: z.enum(["updatedDate", "createdDate"]), order: z.enum(["ASC", "DESC"]) })),
  ),
  cursorPaging: z.optional(
    z.strictObject({ limit: z.optional(z.int().check(z.minimum(1), z.maximum(MOST))), cursor: z.optional(z.string()) }),
  ),
});
type Search = z.infer<typeof Search>;

/** What a search asked for, and the last order of the page before. */
interface Place {
  search: Pick<Search, "filter" | "sort">;
  after: string | undefined;
}

/**
 * `POST /ecom/v1/orders/search`. As Wix does, it ignores what is not in `search`, and a cursor beside a filter.
 * https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/orders/search-orders
 */
export function searchOf(request: ApiRequest, { orders }: ApiBook): Answer {
  const checked = checkBody(z.looseObject({ search: z.optional(Search) }), bodyOf(request));
  if (!checked.ok) return refused(400, `${checked.complaint.field} ${checked.complaint.message}`, "INVALID_ARGUMENT");
  const { cursorPaging = {}, ...search } = checked.body.search ?? {};
  const isContinued = cursorPaging.cursor !== undefined && search.filter === undefined && search.sort === undefined;
  const place = isContinued ? placeAt(cursorPaging.cursor ?? "") : { search, after: undefined };
  if (place === undefined) return refused(400, "The cursor is not valid.", "INVALID_CURSOR");

  const { fieldName = "createdDate", order = "DESC" } = place.search.sort?.[0] ?? {};
  const from = place.search.filter?.updatedDate.$gte ?? "";
  const direction = order === "ASC" ? 1 : -1;
  const rows = [...orders.values()]
    .map((text) => parseJson(text) as OrderResource)
    .filter(({ status, updatedDate }) => status !== "INITIALIZED" && updatedDate >= from)
    .map((one) => ({ key: `${one[fieldName]} ${one.id}`, one }))
    .toSorted((a, b) => direction * (a.key < b.key ? -1 : 1))
    .filter(({ key }) => place.after === undefined || (key > place.after ? 1 : -1) === direction);
  const page = rows.slice(0, cursorPaging.limit ?? MOST);
  const hasNext = rows.length > page.length;
  const next = hasNext ? cursorOf({ search: place.search, after: page.at(-1)?.key }) : null;
  return json(200, {
    orders: page.map(({ one: { fulfillments: _, ...shown } }) => shown),
    metadata: { count: page.length, cursors: { next, prev: null }, hasNext },
  });
}

const cursorOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString("base64url");

function placeAt(cursor: string): Place | undefined {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
