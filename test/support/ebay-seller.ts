import * as z from "zod/mini";
import type { ChangedOrder, ChannelClient } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/ebay/api.ts";
import { Secret, Settings } from "../../functions/channels/ebay/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/ebay/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SELLER = "TGsellerOne";
export const APP = {
  ...{ verificationToken: "a-verification-token-of-32-letters", clientId: "client", clientSecret: "secret" },
  ...{ redirectName: "Relay-RuName", tokenKey: Buffer.alloc(32, 1).toString("base64") },
};

/** A seller of the simulator, without a network, and the connector's client of it. */
export interface EbaySeller {
  client: ChannelClient;
  hosted: HostedApi;
  tools: ApiTools;
  /** What the client asked, oldest first, and its paths. */
  calls: HttpRequest[];
  paths(): string[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
  /** Stores an order as `POST …/send` does. @returns it, completed */
  put(part: PartialOrder): Order;
  /** Changes what the API shows of an order. */
  change(id: string, changes: object): void;
  /** The order as the connector maps what the API has. */
  fetched(id: string): Promise<Order>;
  /** Orders that changed since a time, epoch ms. */
  changed(since: number): Promise<ChangedOrder[]>;
}

interface Options {
  app?: z.input<typeof Secret>;
  settings?: object;
  /** Of the connection in the stage file. */
  shop?: string;
}

export function openSeller({ app = APP, settings = {}, shop = SELLER }: Options = {}): EbaySeller {
  if (!simulator.api) throw new Error("no simulated API");
  const seller = { clock: NOW };
  const now = () => seller.clock;
  const credentials = { refreshToken: "v^1.1#first" };
  const hosted = hostApi(simulator.api, { shop: SELLER, app: { ...app }, credentials, now });
  const calls: HttpRequest[] = [];
  const tools = memoryTools({
    ...{ now, deadline: NOW + 1_000_000_000_000 },
    async http(request) {
      const call = { timeout: 2_000, ...request };
      calls.push(call);
      return callHosted(hosted, call);
    },
  });
  const account = { connection: "ebay/demo", shop, credentials, settings: z.parse(Settings, settings) };
  const client = api.open({ ...account, app: z.parse(Secret, app) }, tools);
  return Object.assign(seller, {
    ...{ client, hosted, calls, tools },
    paths: () => calls.map(({ url }) => new URL(url).pathname),
    put(part: PartialOrder) {
      const { newOrderId: newId, newLineId } = simulator;
      const order = completeOrder(part, { newId, newLineId, newNumber: () => "7", known: undefined, now: now() });
      hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SELLER)));
      return order;
    },
    change(id: string, changes: object) {
      hosted.put(id, JSON.stringify({ ...JSON.parse(hosted.book.orders.get(id) ?? "{}"), ...changes }));
    },
    async fetched(id: string) {
      const answer = await client.order(id);
      if (answer === "gone") throw new Error(`The API has no order ${id}.`);
      return answer.order;
    },
    async changed(since: number) {
      const found: ChangedOrder[] = [];
      for await (const one of client.changedSince?.(new Date(since).toISOString()) ?? []) found.push(one);
      return found;
    },
  });
}
