import * as z from "zod/mini";
import { isSuccess } from "../../../shared/connector/answer-table.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { instant } from "../../../shared/connector/instant.ts";
import { Anything } from "../../../shared/connector/list-schema.ts";
import { Id, lenient, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account, ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { createSend } from "./access.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { isOwnOrder } from "./own-order.ts";
import { Marks, ShopOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type ShopAccount = Account<Secret, Settings, Credentials>;
/** Gets a path below `/openapi/<version>`. Undefined: the API says that it has no such thing. */
type Get = <T>(
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodMiniType<T>,
) => Promise<T | undefined>;

/** The largest page. */
const PAGE = 250;
const MOST_PAGES = 2_000;

const OneOrder = z.object({ order: ShopOrder });
const Row = z.object({ id: Id, updated_at: z.string(), status: Text, financial_status: Text, ...Marks.shape });
/** Go writes an empty list as null. */
const Page = z.object({
  orders: z.nullable(z.array(Row)),
  cursor: lenient(z.nullable(z.string())),
  has_more: lenient(z.boolean()),
});

/** Newer versions wrap an answer: both keys are there. */
const Wrapped = z.object({ code: z.string(), data: z.record(z.string(), z.unknown()) });
/** The three forms of an error. */
const ErrorBody = z.union([
  z.object({ errors: z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]) }),
  z.object({ code: z.string(), message: z.string() }),
  z.object({ error: z.string() }),
]);

/** The open API of one shop. https://www.shoplazza.dev/reference */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const get = createGet(account, tools);
    return {
      async order(id) {
        const found = await get(`orders/${encodeURIComponent(id)}`, {}, OneOrder);
        if (!found) return "gone";
        if (found.order.id !== id)
          throw new MalformedEvent({ field: "order.id", problem: "is not that of the order asked for" });
        return { order: mapOrder(found.order, account.settings) };
      },
      changedSince: (time) => changedOrders(get, time, account.settings),
      async check() {
        const page = await get("orders", { page_size: "1" }, z.object({ orders: Anything }));
        if (!page) throw new Misconfigured(noApi(account.settings));
      },
    };
  },
};

const noApi = ({ version }: Settings): string =>
  `the shop answered 404: check the settings domain and version (${version})`;

async function* changedOrders(get: Get, time: string, settings: Settings): AsyncIterable<ChangedOrder> {
  const since = secondOf(Date.parse(time) - settings.listOverlap);
  let cursor: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const place: Record<string, string> = cursor === undefined ? {} : { cursor };
    const found = await get("orders", { updated_at_min: since, page_size: String(PAGE), ...place }, Page);
    if (!found) throw new Misconfigured(noApi(settings));
    yield* (found.orders ?? []).filter((row) => !isOwnOrder(row)).map(changedOrder);
    if (found.has_more === false || (found.has_more === undefined && !found.cursor)) return;
    // A cursor that comes again would list the same page for ever, and one that is missing would end the list early.
    if (!found.cursor || found.cursor === cursor) throw new Unavailable("Shoplazza's list does not turn its pages.");
    cursor = found.cursor;
  }
  throw new Unavailable(`Shoplazza lists more than ${MOST_PAGES * PAGE} changed orders.`);
}

/** `2026-11-20T10:00:05Z` */
const secondOf = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

/** The state that moved last, in the shop's own word. */
const changedOrder = ({ id, updated_at, status, financial_status }: z.infer<typeof Row>): ChangedOrder => ({
  id,
  changedAt: instant(updated_at),
  state: status === "cancelled" ? status : financial_status,
});

function createGet(account: ShopAccount, tools: ApiTools): Get {
  const { domain, version } = account.settings;
  const send = createSend(account, tools);
  return async (path, query, schema) => {
    const search = new URLSearchParams(query).toString();
    const url = `https://${domain}/openapi/${version}/${path}${search && `?${search}`}`;
    const answer = await send((token) =>
      answerToRead(tools.http({ method: "GET", url, headers: { "access-token": token, accept: "application/json" } })),
    );
    if (!isSuccess(answer)) return failure(answer, account.settings, tools.now());
    const json = readAnswer(answer, z.unknown());
    if (json === undefined) throw new Unavailable("Shoplazza answered 200 and no JSON.");
    const parsed = z.safeParse(schema, z.safeParse(Wrapped, json).data?.data ?? json);
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

/**
 * What an answer that is no success means. Its texts may quote the buyer: only the status and what they are about is
 * kept.
 * @returns undefined if the API says that it has no such thing
 */
function failure(answer: HttpAnswer, settings: Settings, now: number): undefined {
  const { status } = answer;
  // Any other 404 comes from a wrong address, a wrong version or a proxy.
  if (status === 404 && readAnswer(answer, ErrorBody)) return undefined;
  if (status === 404) throw new Misconfigured(noApi(settings));
  if (status === 429)
    throw new Throttled("Shoplazza limits the calls, of all of the shop's apps together", retryAfter(answer, now));
  if (status >= 500) throw new Unavailable(`Shoplazza answered ${status}.`);
  if (status === 401)
    throw new Misconfigured("Shoplazza refuses the access token (401): it was revoked, or is of another shop.");
  if (status === 403 && /scope|permission|denied/i.test(answer.text)) {
    throw new Misconfigured("The access token is valid and lacks the scope read_order (403).");
  }
  if (status === 422) throw new Rejected("Shoplazza refuses the call (422).");
  throw new Misconfigured(
    `Shoplazza refuses the call (${status}): check the token, its scopes, and whether the shop is active.`,
  );
}
