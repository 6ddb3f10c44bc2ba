import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { type Access, createAccess } from "./access.ts";
import { mapOrder } from "./map-order.ts";
import { OrderPage, RestOrder } from "./payload.ts";
import type { Credentials, Secret, Settings } from "./settings.ts";
import { timeOf, wallClock } from "./time-of.ts";

type Query = Readonly<Record<string, string>>;
/** Gets a path below the version. "gone": the shop says that it has no such thing. */
type Get = <T>(path: string, query: Query, schema: z.ZodMiniType<T>) => Promise<T | "gone">;

/** One shop's REST API. https://developer.adobe.com/commerce/webapi/rest/ */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { settings } = account;
    const get = createGet(createAccess(account, tools), settings, tools.now);
    return {
      async order(id) {
        // Its IDs are numbers; the address of any other is unknown to it.
        if (!/^\d{1,19}$/.test(id)) return "gone";
        const order = await get(`/orders/${id}`, {}, RestOrder);
        if (order === "gone") return "gone";
        if (order.entity_id === id) return { order: mapOrder(order, settings) };
        throw new MalformedEvent({ field: "entity_id", problem: "is not that of the order asked for" });
      },
      changedSince: (time) => changedOrders(get, time, settings),
      async check() {
        await get("/orders", search("1970-01-01 00:00:00", 1, 1), OrderPage);
      },
    };
  },
};

/** https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/ */
const search = (from: string, page: number, size: number): Query => ({
  "searchCriteria[filter_groups][0][filters][0][field]": "updated_at",
  "searchCriteria[filter_groups][0][filters][0][value]": from,
  "searchCriteria[filter_groups][0][filters][0][condition_type]": "gteq",
  "searchCriteria[sortOrders][0][field]": "updated_at",
  "searchCriteria[sortOrders][0][direction]": "ASC",
  "searchCriteria[sortOrders][1][field]": "entity_id",
  "searchCriteria[sortOrders][1][direction]": "ASC",
  "searchCriteria[pageSize]": String(size),
  "searchCriteria[currentPage]": String(page),
  fields: "items[entity_id,updated_at,state,status],total_count",
});

const HOUR = 3_600_000;

/**
 * A page number names another page once an order changes: it moves to the end, and all behind it move up. So each page
 * is asked for by the time of the last order of the one before; only where a whole page has one time does the page number
 * count on, and then its pages are read once more, from the last to the first, for what moved up meanwhile. Beyond the
 * last page Commerce repeats it, and a shop may give fewer orders than it is asked for: the count of all, and not the
 * length of a page, says where the list ends.
 */
async function* changedOrders(get: Get, time: string, settings: Settings): AsyncGenerator<ChangedOrder> {
  const { listOverlap, pageSize, timeZone } = settings;
  // The clock of another zone shows one hour of the year twice.
  const early = listOverlap + (timeZone === "UTC" ? 0 : HOUR);
  let from = wallClock(Date.parse(time) - early, settings);
  const seen = new Set<string>();
  async function pageOf(page: number): Promise<z.infer<typeof OrderPage>> {
    const read = await get("/orders", search(from, page, pageSize), OrderPage);
    if (read === "gone") throw new Unavailable("the shop has no list of orders (404)");
    return read;
  }
  function* unseen({ items }: z.infer<typeof OrderPage>): Generator<ChangedOrder> {
    for (const { entity_id: id, updated_at, state, status } of items) {
      const key = `${id} ${updated_at}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const changedAt = timeOf(updated_at, "items.updated_at", settings);
      yield { id, changedAt, state: [state, status].filter(Boolean).join(" ") };
    }
  }
  let listed = 0;
  for (let page = 1; ; ) {
    const read = await pageOf(page);
    yield* unseen(read);
    listed += read.items.length;
    const last = read.items.at(-1)?.updated_at;
    const isLast = last === undefined || listed >= read.total_count;
    if (!isLast && last <= from) {
      page++;
      continue;
    }
    for (let before = page - 1; before > 0; before--) yield* unseen(await pageOf(before));
    if (isLast) return;
    [from, page, listed] = [last, 1, 0];
  }
}

function createGet(access: Access, settings: Settings, now: () => number): Get {
  return async (path, query, schema) => {
    const answer = await access.get(urlOf(path, query, settings));
    if (answer.status !== 200) return failure(answer, access.kind, now());
    const json = readAnswer(answer, z.unknown());
    // Firewalls and pages of maintenance answer HTML with 200.
    if (json === undefined) throw new Unavailable("the shop answered 200 and no JSON: a page before its API?");
    const parsed = z.safeParse(schema, json);
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

function urlOf(path: string, query: Query, { url, edition, storeCode }: Settings): string {
  const version = edition === "saas" ? "/V1" : `/rest/${storeCode}/V1`;
  // OAuth signs the pairs as they are decoded; a space is %20 to every decoder.
  const pairs = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join("="));
  return [`${url}${version}${path}`, ...(pairs.length > 0 ? [pairs.join("&")] : [])].join("?");
}

/** Commerce's errors. The parameters of a refused call name the resource that the integration lacks. */
const ErrorBody = z.object({
  message: z.string(),
  parameters: z.optional(z.union([z.object({ resources: z.string() }), z.unknown()])),
});
const NO_ROUTE = "Request does not match any route.";
const NOT_ALLOWED = "isn't authorized to access";

/** An answer that is no success: its text may quote the buyer, so only the status and known words say it. */
function failure(answer: HttpAnswer, kind: Access["kind"], now: number): "gone" {
  const { status } = answer;
  const message = readAnswer(answer, ErrorBody)?.message;
  if (status === 404 && message !== undefined && message !== NO_ROUTE) return "gone";
  if (status === 429) throw new Throttled("the shop's host limits the calls (429)", retryAfter(answer, now));
  // Maintenance is 503, with the time of its end where the shop's host gives one.
  if (status >= 500) throw new Unavailable(`the shop answered ${status}`);
  if (status === 400) throw new Rejected("the shop refuses the request (400)");
  throw new Misconfigured(`the shop answered ${status}: ${whyRefused(status, message ?? "", kind)}`);
}

function whyRefused(status: number, message: string, kind: Access["kind"]): string {
  if (status === 401) return message.includes(NOT_ALLOWED) ? LACKS_RESOURCE[kind] : REVOKED[kind];
  if (status === 403) {
    return kind === "ims"
      ? "the token is valid, but its credential may not read orders: check the organisation, the scopes and the product profile"
      : "a firewall before the shop refuses the call, or the integration may not read orders; the token itself is valid";
  }
  if (status === 404) return "there is no REST API at this address: check the settings url, edition and storeCode";
  if (status >= 300 && status < 400) return "it redirects: the setting url is not the shop's own address";
  return "the call is not allowed";
}

/** A signature is checked before the resources. To a Bearer token that it does not know Commerce says the same. */
const LACKS_RESOURCE = {
  oauth: "the integration's values are right, but it lacks the resource Sales > Operations > Orders > Actions > View",
  bearer:
    "the token was revoked, or the shop does not take it as a Bearer token (fill in all four values), or the integration lacks the resource Sales > Operations > Orders > Actions > View",
  ims: "the credential's account lacks the resource Sales > Operations > Orders > Actions > View, or IMS is not enabled for the shop",
};
const REVOKED = {
  oauth:
    "the integration's values are wrong, or it was deactivated, or the clock or the setting oauthSignature is wrong",
  bearer: "the integration's token is wrong or was revoked",
  ims: "the token from IMS is not accepted: the credential was removed, or is another organisation's",
};
