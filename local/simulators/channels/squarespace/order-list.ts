import { parseJson } from "../../../../shared/json.ts";
import { type Answer, json } from "../../simulator.ts";

const PAGE_SIZE = 50;
const PARAMETERS = ["customerId", "modifiedAfter", "modifiedBefore", "cursor", "fulfillmentStatus", "paymentStates"];
const FULFILMENT = ["PENDING", "FULFILLED", "CANCELED"];
const SHOWN = ["NOT_CHARGED", "AUTHORIZED", "PAID", "REFUNDED"];
/** Only shown if `paymentStates` asks for them. */
const HIDDEN = ["PENDING", "FAILED", "REFUND_PENDING", "REFUND_FAILED", "PARTIALLY_PAID"];

type Stored = Readonly<Record<string, unknown>>;

/** What a list asks for, and after which order it goes on. */
interface Search {
  filter: Readonly<Record<string, string>>;
  after: string;
}

/** Orders by the time of their last change; the live set, of which the cursor is no snapshot. */
export function listOf(
  query: URLSearchParams,
  orders: ReadonlyMap<string, string>,
  invalid: (message: string) => Answer,
): Answer {
  const search = query.has("cursor") ? goneOn(query) : { filter: Object.fromEntries(query), after: "" };
  if (search === undefined) return invalid("cursor is invalid, or was specified with other parameters.");
  const objection = objectionTo(search.filter);
  if (objection !== undefined) return invalid(objection);

  const rows = [...orders.values()]
    .map((text) => parseJson(text) as Stored)
    .filter((order) => isWanted(order, search.filter))
    .map((order) => ({ key: `${order["modifiedOn"]} ${order["id"]}`, order }))
    .filter(({ key }) => key > search.after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const page = rows.slice(0, PAGE_SIZE);
  const hasNextPage = rows.length > PAGE_SIZE;
  const cursor = hasNextPage ? cursorOf({ ...search, after: page.at(-1)?.key ?? "" }) : null;
  return json(200, {
    result: page.map(({ order }) => order),
    pagination: {
      hasNextPage,
      nextPageCursor: cursor,
      nextPageUrl: cursor && `https://api.squarespace.com/1.0/commerce/orders?cursor=${cursor}`,
    },
  });
}

const cursorOf = (search: Search): string => Buffer.from(JSON.stringify(search)).toString("base64url");

function goneOn(query: URLSearchParams): Search | undefined {
  if (query.size !== 1) return undefined;
  try {
    return JSON.parse(Buffer.from(query.get("cursor") ?? "", "base64url").toString());
  } catch {
    return undefined;
  }
}

function objectionTo(filter: Search["filter"]): string | undefined {
  const unknown = Object.keys(filter).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return `${unknown} is not supported.`;
  const { modifiedAfter, modifiedBefore, fulfillmentStatus, paymentStates } = filter;
  if ((modifiedAfter === undefined) !== (modifiedBefore === undefined)) {
    return "modifiedAfter or modifiedBefore was specified without the other parameter.";
  }
  if (modifiedAfter !== undefined && modifiedBefore !== undefined) {
    if (![modifiedAfter, modifiedBefore].every((time) => TIME.test(time))) return "A time is not ISO 8601 in UTC.";
    if (Date.parse(modifiedBefore) <= Date.parse(modifiedAfter)) return "modifiedBefore is not after modifiedAfter.";
  }
  if (fulfillmentStatus !== undefined && !FULFILMENT.includes(fulfillmentStatus))
    return "fulfillmentStatus is unknown.";
  const states = paymentStates?.split(",") ?? [];
  return states.every((state) => [...SHOWN, ...HIDDEN].includes(state)) ? undefined : "paymentStates is not valid.";
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function isWanted(order: Stored, filter: Search["filter"]): boolean {
  const { customerId, modifiedAfter, modifiedBefore, fulfillmentStatus, paymentStates } = filter;
  const changed = Date.parse(String(order["modifiedOn"]));
  if (modifiedAfter !== undefined && changed <= Date.parse(modifiedAfter)) return false;
  if (modifiedBefore !== undefined && changed >= Date.parse(modifiedBefore)) return false;
  if (customerId !== undefined && order["customerId"] !== customerId) return false;
  if (fulfillmentStatus !== undefined && order["fulfillmentStatus"] !== fulfillmentStatus) return false;
  return (paymentStates?.split(",") ?? SHOWN).includes(String(order["paymentState"]));
}
