import * as z from "zod/mini";
import type { HttpAnswer, HttpRequest } from "../../../shared/connector/http.ts";
import { retryAfter } from "../../../shared/connector/http.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Account, ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { OrderPage, SiteOrder, TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

type SiteAccount = Account<Secret, Settings, Credentials>;
/** Makes a call with the access token, or the API key. */
type Send = (call: (token: string) => Promise<HttpAnswer>) => Promise<HttpAnswer>;
/** Gets a path below `/1.0/commerce`. Undefined: the API has no such thing. */
type Get = <T>(
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodMiniType<T>,
) => Promise<T | undefined>;

const ORDERS = "https://api.squarespace.com/1.0/commerce/orders";
const TOKENS = "https://login.squarespace.com/api/1/login/oauth/provider/tokens";

/** Without it the list leaves out PENDING, FAILED and PARTIALLY_PAID, and both that are being refunded. */
const EVERY_STATE = "NOT_CHARGED,AUTHORIZED,PAID,PARTIALLY_PAID,PENDING,FAILED,REFUNDED,REFUND_PENDING,REFUND_FAILED";

/** A page has 50 orders, and its size cannot be chosen. */
const MOST_PAGES = 2_000;

/** One website's orders. https://developers.squarespace.com/commerce-apis/orders-overview */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const { shop, settings } = account;
    const get = createGet(account, tools);
    return {
      async order(id) {
        const order = await get(`/${encodeURIComponent(id)}`, {}, SiteOrder);
        if (!order) return "gone";
        if (order.id !== id) throw new MalformedEvent({ field: "id", problem: "is not that of the order asked for" });
        return { order: mapOrder(order, shop, settings) };
      },
      changedSince: (time) => changedOrders(get, tools.now, time, settings),
      async check() {
        const now = tools.now();
        await get("", changedBetween(now - 60_000, now), OrderPage);
      },
    };
  },
};

function createGet(account: SiteAccount, tools: ApiTools): Get {
  const send = createSend(account, tools);
  return async (path, query, schema) => {
    const search = new URLSearchParams(query).toString();
    const url = `${ORDERS}${path}${search && `?${search}`}`;
    const answer = await send((token) =>
      answerToRead(
        tools.http({ method: "GET", url, headers: { authorization: `Bearer ${token}`, accept: "application/json" } }),
      ),
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(answer, account.settings, tools.now());
    const parsed = z.safeParse(schema, jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

/** @throws Unavailable */
function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Unavailable("Squarespace's answer is not JSON.", { cause });
  }
}

function createSend(account: SiteAccount, tools: ApiTools): Send {
  const { app, connection, credentials, settings } = account;
  const { apiKey, refreshToken } = credentials;
  if (apiKey !== undefined) return (call) => call(apiKey);
  const { clientId, clientSecret, tokenKey } = app;
  if (refreshToken === undefined || clientId === undefined || clientSecret === undefined || tokenKey === undefined) {
    return async () => {
      throw new Misconfigured(
        "A refreshToken needs clientId, clientSecret and tokenKey in the endpoint's secret; or fill in an apiKey.",
      );
    };
  }
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const token = rotatingToken(
    {
      connection,
      key: tokenKey,
      early: settings.renewEarly,
      refresh: (refresh) => exchange(refresh, basic, settings, tools),
    },
    tools,
  );
  return (call) => token.call(call);
}

/**
 * https://developers.squarespace.com/oauth
 * @throws Misconfigured if Squarespace no longer takes the refresh token, Throttled, Unavailable
 */
async function exchange(refresh: string, basic: string, settings: Settings, tools: ApiTools): Promise<RotatedGrant> {
  const request: Omit<HttpRequest, "timeout"> = {
    method: "POST",
    url: TOKENS,
    headers: {
      authorization: `Basic ${basic}`,
      accept: "application/json",
      "content-type": "application/json",
    },
    body: JSON.stringify({ grant_type: "refresh_token", refresh_token: refresh }),
  };
  const answer = await answerToRead(tools.http(request));
  if (answer.status === 429) throw throttled(answer, settings, tools.now());
  if (answer.status >= 400 && answer.status < 500) {
    throw new Misconfigured(
      `Squarespace refuses the refresh token (${answer.status}): it ended after seven days without use, was used elsewhere, or was revoked. Authorise the client again, and fill in the new refreshToken.`,
    );
  }
  const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
  if (!granted) throw new Unavailable(`Squarespace gave no token (${answer.status}).`);
  return {
    access: granted.access_token,
    expiresAt: granted.access_token_expires_at,
    refresh: granted.refresh_token,
  };
}

const ErrorBody = z.object({ type: z.optional(z.string()), subtype: z.optional(z.nullable(z.string())) });

/** The error that an answer means: its body may quote the buyer, so only the status and known words say it. */
function refusal(answer: HttpAnswer, settings: Settings, now: number): Error {
  const { status } = answer;
  switch (status) {
    case 401:
      return new Misconfigured(
        "Squarespace refuses the API key or token (401): it was revoked, or the extension is no longer connected.",
      );
    case 402:
      return new Misconfigured("Squarespace refuses the call (402): the website's plan has expired.");
    case 403:
      return new Misconfigured(
        readAnswer(answer, ErrorBody)?.subtype === "MISSING_SCOPE"
          ? "Squarespace refuses the call (403 MISSING_SCOPE): the key or token works, but lacks the scope website.orders.read."
          : "Squarespace refuses the call (403).",
      );
    case 429:
      return throttled(answer, settings, now);
    case 400:
    case 405:
    case 422:
      return new Rejected(`Squarespace refuses the request (${status}).`);
    default:
      return new Unavailable(`Squarespace answered ${status}.`);
  }
}

/** Squarespace documents no header, and a minute. */
const throttled = (answer: HttpAnswer, { coolDown }: Settings, now: number): Throttled =>
  new Throttled("Squarespace has too many requests (429).", retryAfter(answer, now) ?? coolDown);

/** Both bounds or neither. @param from @param until epoch ms */
const changedBetween = (from: number, until: number) => ({
  modifiedAfter: new Date(from).toISOString(),
  modifiedBefore: new Date(until).toISOString(),
  paymentStates: EVERY_STATE,
});

/**
 * Squarespace's cursor is no snapshot: an order that changes meanwhile moves behind the end, and belongs to the next
 * search, which begins before this one did.
 */
async function* changedOrders(
  get: Get,
  now: () => number,
  time: string,
  { listOverlap }: Settings,
): AsyncGenerator<ChangedOrder> {
  const from = Date.parse(time) - listOverlap;
  const seen = new Set<string>();
  // What changes from now on belongs to the next search, also what a clock ahead of ours stamps.
  let query: Record<string, string> = changedBetween(from, Math.max(now(), from + 1));
  for (let page = 0; page < MOST_PAGES; page++) {
    const read: OrderPage | undefined = await get("", query, OrderPage);
    if (!read) throw new Unavailable("Squarespace has no list of orders (404).");
    for (const { id, modifiedOn, fulfillmentStatus, paymentState } of read.result) {
      if (seen.has(id)) continue;
      seen.add(id);
      yield {
        id,
        changedAt: new Date(modifiedOn).toISOString(),
        state: [paymentState, fulfillmentStatus].join(" ").trim(),
      };
    }
    const { hasNextPage, nextPageCursor } = read.pagination;
    if (!hasNextPage) return;
    if (!nextPageCursor) throw new MalformedEvent({ field: "pagination.nextPageCursor", problem: "is missing" });
    // The cursor alone: Squarespace refuses it beside other parameters.
    query = { cursor: nextPageCursor };
  }
  throw new MalformedEvent({ field: "pagination", problem: "has too many pages" });
}
