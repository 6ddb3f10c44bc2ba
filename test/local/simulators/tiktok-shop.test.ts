import { deepEqual, equal, ok } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import { tiktokShop } from "../../../functions/channels/tiktok-shop/index.ts";
import { mapOrder } from "../../../functions/channels/tiktok-shop/map-order.ts";
import { TiktokOrder } from "../../../functions/channels/tiktok-shop/payload.ts";
import { Settings } from "../../../functions/channels/tiktok-shop/settings.ts";
import { hostApi } from "../../../local/simulators/channel-api.ts";
import { EndpointSecret } from "../../../local/simulators/channel-simulator.ts";
import { simulator } from "../../../local/simulators/channels/tiktok-shop/index.ts";
import { completeOrder } from "../../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../../local/simulators/partial-order.ts";
import type { Order } from "../../../shared/order.ts";
import { callHosted } from "../../support/call-hosted.ts";
import { event } from "../../support/deliveries.ts";

const NOW = Date.parse("2026-11-20T15:00:07.000Z");
const SHOP = "7494049642642441621";
const APP = { signingSecrets: ["the-app-secret", "the-former-one"], appKey: "key" };

const orderOf = (part: PartialOrder): Order => {
  const { newOrderId: newId, newLineId } = simulator;
  return completeOrder(part, { newId, newLineId, newNumber: () => "7", known: undefined, now: NOW });
};
/** The order that the connector maps from the simulated API. */
function read(part: PartialOrder): Order {
  const resource = JSON.parse(JSON.stringify(simulator.api?.resource(orderOf(part), SHOP)));
  return mapOrder(z.parse(TiktokOrder, resource), SHOP, z.parse(Settings, {}));
}

function shop() {
  if (!simulator.api) throw new Error("the simulator has no API");
  const credentials = { refreshToken: "first", shopCipher: "cipher" };
  const hosted = hostApi(simulator.api, { shop: SHOP, app: APP, credentials, now: () => NOW });
  const ask = async (url: string, { body = "", method = "GET" as "GET" | "POST", headers = {} } = {}) => {
    const { status, text } = await callHosted(hosted, { url, method, headers, timeout: 1, ...(body && { body }) });
    return { status, ...JSON.parse(text) };
  };
  const tokens = (query: string, what = "refresh") =>
    ask(`https://auth.tiktok-shops.com/api/v2/token/${what}?app_key=key&app_secret=the-app-secret&${query}`);
  /** A signed call: `changes` after it was signed. */
  async function call(path: string, query: Record<string, string>, { token = "", body = "", changes = {} } = {}) {
    const all: Record<string, string> = { app_key: "key", timestamp: String(NOW / 1000), ...query };
    const text = Object.keys(all)
      .sort()
      .map((name) => `${name}${all[name]}`);
    const [key = ""] = APP.signingSecrets;
    const sign = createHmac("sha256", key)
      .update(`${key}${path}${text.join("")}${body}${key}`)
      .digest("hex");
    return ask(`https://open-api.tiktokglobalshop.com${path}?${new URLSearchParams({ ...all, sign, ...changes })}`, {
      ...{ method: body === "" ? "GET" : "POST", body },
      headers: { "content-type": "application/json", "x-tts-access-token": token },
    });
  }
  return { hosted, ask, tokens, call };
}
const ORDERS = "/order/202309/orders";

test("a call is refused for its signature, clock, token, cipher and each parameter that it does not take", async () => {
  const { tokens, call } = shop();
  const { data } = await tokens("refresh_token=first&grant_type=refresh_token");
  const token: string = data.access_token;
  const good = { ids: "576000000000000000", shop_cipher: "cipher" };
  const code = async (query: object, changes: object = {}, path = ORDERS, given = token) =>
    (await call(path, { ...good, ...query }, { token: given, changes })).code;
  equal(await code({}), 0);
  equal(await code({}, { sign: "0".repeat(64) }), 106_001);
  equal(await code({}, { ids: "576000000000000001" }), 106_001, "changed on its way");
  equal(await code({ timestamp: String(NOW / 1000 - 300) }), 0);
  equal(await code({ timestamp: String(NOW / 1000 - 301) }), 36_009_004);
  equal(await code({ timestamp: String(NOW / 1000 + 31) }), 36_009_004);
  equal(await code({ timestamp: "now" }), 36_009_004);
  equal(await code({}, {}, ORDERS, "other"), 105_002);
  equal(await code({ shop_cipher: "other" }), 36_009_004);
  equal(await code({ shop_cipher: "" }), 106_013);
  equal(await code({ colour: "red" }), 36_009_004);
  equal(await code({ app_key: "other" }), 36_009_004);
  equal(await code({ ids: "1,x" }), 36_009_004);
  equal((await call("/authorization/202309/shops", {}, { token })).data.shops[0].cipher, "cipher");
  equal((await call("/authorization/202309/shops", { shop_cipher: "cipher" }, { token })).code, 36_009_004);
  equal((await call("/order/202501/orders", good, { token })).status, 404);
});

test("a search takes the documented fields and no other", async () => {
  const { tokens, call } = shop();
  const { data } = await tokens("refresh_token=first&grant_type=refresh_token");
  const token: string = data.access_token;
  const search = async (body: unknown, query: object = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return call(`${ORDERS}/search`, { shop_cipher: "cipher", ...query }, { token, body: text });
  };
  equal((await search({ update_time_ge: 1, update_time_lt: 2 })).code, 0);
  for (const wrong of [{ update_time_from: 1 }, { update_time_ge: "1" }, { shipping_type: "MINE" }, []]) {
    equal((await search(wrong)).code, 36_009_004, JSON.stringify(wrong));
  }
  for (const query of [{ page_size: "101" }, { page_size: "0" }, { sort_field: "id" }, { sort_order: "UP" }]) {
    equal((await search({}, query)).code, 36_009_004, JSON.stringify(query));
  }
});

test("each refresh token and code works once; a token call takes its own parameters alone", async () => {
  const { tokens } = shop();
  const first = await tokens("refresh_token=first&grant_type=refresh_token");
  equal(first.code, 0);
  ok((await tokens("refresh_token=first&grant_type=refresh_token")).code !== 0);
  equal((await tokens(`refresh_token=${first.data.refresh_token}&grant_type=refresh_token`)).code, 0);
  equal((await tokens("auth_code=demo-code-1&grant_type=authorized_code", "get")).code, 0);
  ok((await tokens("auth_code=demo-code-1&grant_type=authorized_code", "get")).code !== 0);
  ok((await tokens("auth_code=other&grant_type=authorized_code", "get")).code !== 0);
  ok((await tokens("refresh_token=x&grant_type=refresh_token&extra=1")).code !== 0);
});

test("what our order says comes back from the simulated API", () => {
  const lines = [{ sku: "A", quantity: 3, unitPrice: "5.00", discount: "1.50", fulfilled: 1, quantityToShip: 1 }];
  const [line] = read({ lines, fulfilmentState: "partial" }).lines;
  deepEqual([line?.quantity, line?.quantityToShip, line?.fulfilled, line?.discount], [3, 1, 1, "1.50"]);
  equal(read({ hold: { reason: "remorse" } }).hold?.reason, "it is ON_HOLD: the buyer may still cancel it");
  equal(read({ financialState: "pending" }).financialState, "pending");
  equal(read({ fulfilmentState: "fulfilled" }).fulfilmentState, "fulfilled");
  equal(read({ cancelledAt: "2026-11-20T15:00:00.000Z" }).cancelledAt, "2026-11-20T15:00:00.000Z");
  equal(read({ lines: [{ sku: "A", fulfilledBy: "TikTok" }] }).lines[0]?.fulfilledBy, "TikTok");
  const { amountDue, financialState } = read({ financialState: "pending", amountDue: "44.98", total: "44.98" });
  deepEqual([amountDue, financialState], ["44.98", "pending"]);
  ok(simulator.objection?.(orderOf({ id: "order-1" })));
  ok(simulator.objection?.(orderOf({ lines: [{ sku: "A", quantity: 1_001 }] })));
  equal(simulator.objection?.(orderOf({})), undefined);
});

test("the connector reads each topic, and takes the signature of each", async () => {
  const endpoint = EndpointSecret.parse(APP);
  const reader = await tiktokShop.reader();
  const order = orderOf({});
  const kinds = (simulator.topics ?? []).map((topic) => {
    const [webhook] = simulator.webhooks({ topic, order, shop: SHOP, endpoint, now: NOW });
    ok(webhook);
    const [key = ""] = APP.signingSecrets;
    const { authorization } = webhook.headers;
    equal(authorization, createHmac("sha256", key).update(`key${webhook.body}`).digest("hex"));
    const said = reader.interpret(event("tiktok-shop", webhook.body));
    deepEqual([said.topic, said.shop], [topic, SHOP]);
    return said.meaning({ connection: "tiktok-shop/demo", shop: SHOP, settings: z.parse(Settings, {}) }).kind;
  });
  deepEqual(kinds, ["fetch", "fetch", "ignored", "lifecycle", "lifecycle", "fetch", "fetch"]);
});
