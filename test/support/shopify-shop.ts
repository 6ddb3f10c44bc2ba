import * as z from "zod/mini";
import { api } from "../../functions/channels/shopify/api.ts";
import { shopify } from "../../functions/channels/shopify/index.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/shopify/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "./call-hosted.ts";
import { memorySecret } from "./memory-secret.ts";
import { memoryTools } from "./memory-tools.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const MINUTE = 60_000;
export const SHOP = "demo.myshopify.com";
export const APP = {
  ...{ signingSecrets: ["a client secret of the app"], clientId: "client" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};

interface Given {
  shop?: string | undefined;
  credentials?: object | undefined;
  app?: object;
  settings?: object;
  tools?: Partial<ApiTools>;
}

/** The connector's client at the simulated Admin API: the requests that it made, and a clock. */
export function openShop({ shop = SHOP, credentials, app = APP, settings = { api: "token" }, tools = {} }: Given = {}) {
  if (!simulator.api) throw new Error("the simulator has no API");
  let clock = NOW;
  const now = () => clock;
  const own = credentials ?? { accessToken: "shpat_permanent" };
  const hosted: HostedApi = hostApi(simulator.api, { shop: SHOP, app: { ...app }, credentials: { ...own }, now });
  const calls: Omit<HttpRequest, "timeout">[] = [];
  let hook: { at: number; run: () => void } | undefined;
  async function http(request: Omit<HttpRequest, "timeout">) {
    if (hook?.at === calls.length) hook.run();
    calls.push(request);
    return callHosted(hosted, { timeout: 2_000, ...request });
  }
  const waits: number[] = [];
  const secret = memorySecret({ ...own });
  const client = api.open(
    {
      ...{ connection: "shopify/demo", shop },
      settings: z.parse(shopify.settings, settings) as never,
      app: z.parse(shopify.secret, app) as never,
      credentials: own as never,
    },
    memoryTools({
      ...{ http, now, secret, deadline: NOW + 1_000_000_000 },
      async wait(ms) {
        waits.push(ms);
        clock += ms;
      },
      ...tools,
    }),
  );
  function made(part: PartialOrder): Order {
    const { newOrderId: newId, newLineId } = simulator;
    return completeOrder(part, { newId, newLineId, newNumber: () => "7", known: undefined, now: clock });
  }
  /** Stores JSON as the API has it. */
  const store = (id: string, resource: unknown) => hosted.put(id, JSON.stringify(resource));
  function put(part: PartialOrder = {}): Order {
    const order = made(part);
    store(order.id, simulator.api?.resource(order, SHOP));
    return order;
  }
  const pass = (ms: number) => {
    clock += ms;
  };
  /** The queries that were sent, by name. */
  const queries = () =>
    calls.flatMap(({ body = "{}" }) => /^query (\w+)/.exec(String(Object(JSON.parse(body)).query))?.[1] ?? []);
  /** Runs something before the call of that number, from 0. */
  const onCall = (at: number, run: () => void) => {
    hook = { at, run };
  };
  return { client, hosted, calls, queries, waits, put, store, pass, onCall };
}

/** The order's resource as it is stored in the simulated API, to be changed. */
export const resourceIn = ({ hosted }: ReturnType<typeof openShop>, id: string) =>
  JSON.parse(hosted.book.orders.get(id) ?? "null");
