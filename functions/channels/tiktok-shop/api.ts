import * as z from "zod/mini";
import { Anything } from "../../../shared/connector/list-schema.ts";
import { Id, lenient, Text } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Unavailable } from "../../../shared/errors.ts";
import type { Account, ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { createSend } from "./access.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { Seconds, TiktokOrder } from "./payload.ts";
import { codeOf, readEnvelope } from "./read-envelope.ts";
import type { Settings } from "./settings.ts";
import { type ApiCall, signedRequest } from "./signed-request.ts";

type ShopAccount = Account<Secret, Settings, Credentials>;
/** Makes a call about the shop. Undefined: the API says that it has no such order. */
type Ask = <T>(call: ApiCall, schema: z.ZodMiniType<T>) => Promise<T | undefined>;

/** The largest page. */
const PAGE = 100;
const MOST_PAGES = 2_000;

/** Go leaves an empty list out, or writes it as null. */
const Orders = z.object({ orders: z.optional(z.nullable(z.array(z.unknown()))) });
const Row = z.object({ id: Id, update_time: Seconds, status: Text });
const Page = z.object({
  orders: z.optional(z.nullable(z.array(Row))),
  next_page_token: lenient(z.nullable(z.string())),
});

/** The orders of one shop. https://partner.tiktokshop.com/docv2/page/order-api-overview */
export const api: ChannelApi<Secret, Settings, Credentials> = {
  open(account, tools): ChannelClient {
    const ask = createAsk(account, tools);
    const { orderVersion } = account.settings;
    return {
      async order(id) {
        const answer = await ask({ method: "GET", path: `/order/${orderVersion}/orders`, query: { ids: id } }, Orders);
        const [given] = answer?.orders ?? [];
        if (given === undefined) return "gone";
        const parsed = z.safeParse(TiktokOrder, given);
        if (!parsed.success) throw malformed(parsed.error);
        if (parsed.data.id !== id)
          throw new MalformedEvent({ field: "id", problem: "is not that of the order asked for" });
        return { order: mapOrder(parsed.data, account.shop, account.settings) };
      },
      changedSince: (time) => changedOrders(ask, tools.now, time, account.settings),
      async check() {
        const query = { page_size: "1" };
        await ask({ method: "POST", path: `/order/${orderVersion}/orders/search`, query, body: "{}" }, Anything);
      },
    };
  },
};

function createAsk(account: ShopAccount, tools: ApiTools): Ask {
  const { app, credentials, settings } = account;
  const send = createSend(account, tools);
  return async (call, schema) => {
    const query = { ...call.query, shop_cipher: credentials.shopCipher };
    const answer = await send((token) =>
      answerToRead(tools.http(signedRequest({ ...call, query }, app, token, tools.now()))),
    );
    if (settings.goneCodes.includes(codeOf(answer) ?? 0)) return undefined;
    return readEnvelope(answer, schema, settings, tools.now());
  };
}

/** Search after search, oldest change first. What changes from now on belongs to the next call. */
async function* changedOrders(
  ask: Ask,
  now: () => number,
  time: string,
  settings: Settings,
): AsyncGenerator<ChangedOrder> {
  const until = Math.floor(now() / 1000) + 1;
  const step = Math.floor(settings.listWindow / 1000);
  let pages = 0;
  for (let from = Math.floor((Date.parse(time) - settings.listOverlap) / 1000); from < until; from += step) {
    const body = JSON.stringify({ update_time_ge: from, update_time_lt: Math.min(from + step, until) });
    let token = "";
    do {
      const read: z.infer<typeof Page> | undefined = await ask(searchCall(settings, body, token), Page);
      for (const { id, update_time, status } of read?.orders ?? []) yield { id, changedAt: update_time, state: status };
      const next = read?.next_page_token ?? "";
      if ((next !== "" && next === token) || ++pages > MOST_PAGES) {
        throw new Unavailable("TikTok Shop's list does not come to its end.");
      }
      token = next;
    } while (token !== "");
  }
}

/** The order of the search, and the place in it, are in the query; its filters are in the body. */
const searchCall = ({ orderVersion }: Settings, body: string, token: string): ApiCall => ({
  method: "POST",
  path: `/order/${orderVersion}/orders/search`,
  query: {
    page_size: String(PAGE),
    sort_field: "update_time",
    sort_order: "ASC",
    ...(token !== "" && { page_token: token }),
  },
  body,
});
