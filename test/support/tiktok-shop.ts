import * as z from "zod/mini";
import { api } from "../../functions/channels/tiktok-shop/api.ts";
import { tiktokShop } from "../../functions/channels/tiktok-shop/index.ts";
import { hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/tiktok-shop/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpAnswer, HttpRequest } from "../../shared/connector/http.ts";
import { callHosted } from "./call-hosted.ts";
import { memorySecret } from "./memory-secret.ts";
import { memoryTools } from "./memory-tools.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const [MINUTE, DAY] = [60_000, 86_400_000];
export const SHOP = "7494049642642441621";
export const APP = {
  ...{ signingSecrets: ["the-app-secret-of-the-test", "the-former-app-secret"], appKey: "68xu9ks5p4i8" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};
export const CREDENTIALS = { refreshToken: "first", shopCipher: "ROW_cipher+of/the=shop" };

interface Given {
  settings?: object;
  /** What the API answers instead; undefined: its own answer. */
  instead?(request: HttpRequest): HttpAnswer | undefined;
  app?: object;
  credentials?: typeof CREDENTIALS;
}

/** The connector's client at the simulated API: the requests that it made, and a clock. */
export function openShop({ settings = {}, instead, app = APP, credentials = CREDENTIALS }: Given = {}) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const now = () => clock;
  const hosted = hostApi(simulator.api, { shop: SHOP, app: { ...APP }, credentials: { ...CREDENTIALS }, now });
  const calls: URL[] = [];
  async function http(request: Omit<HttpRequest, "timeout">) {
    calls.push(new URL(request.url));
    const whole = { timeout: 1, ...request };
    return instead?.(whole) ?? (await callHosted(hosted, whole));
  }
  const secret = memorySecret({ ...credentials });
  const tools = memoryTools({ http, now, secret, deadline: NOW + 1_000 * DAY });
  const facts = {
    connection: "tiktok-shop/demo",
    shop: SHOP,
    settings: z.parse(tiktokShop.settings, settings) as never,
  };
  const parsed = z.parse(tiktokShop.secret, app) as never;
  const client = api.open({ ...facts, app: parsed, credentials }, tools);
  function put(part: PartialOrder = {}) {
    const { newOrderId: newId, newLineId } = simulator;
    const order = completeOrder(part, { newId, newLineId, newNumber: () => "7", known: undefined, now: clock });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SHOP)));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  const tokenCalls = () => calls.filter(({ host }) => host === "auth.tiktok-shops.com");
  return { now, client, hosted, calls, tokenCalls, put, pass, secret, tools, facts, app: parsed };
}
