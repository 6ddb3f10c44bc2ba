import * as z from "zod/mini";
import { api } from "../../functions/channels/amazon/api.ts";
import { amazon } from "../../functions/channels/amazon/index.ts";
import { Settings } from "../../functions/channels/amazon/settings.ts";
import type { ChangedOrder, ChannelClient } from "../../functions/channels/channel.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/amazon/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SELLER = "A2EIGENART0X3Z";
export const APP = {
  ...{ clientId: "amzn1.application-oa2-client.test", clientSecret: "amzn1.oa2-cs.v1.test" },
  ...{ tokenKey: Buffer.alloc(32, 1).toString("base64"), applicationId: "amzn1.sellerapps.app.test" },
};
const credentials = { refreshToken: "Atzr|first" };

/** A seller of the simulator, without a network, and the connector's client of it. */
export interface AmazonSeller {
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

export function openSeller(settings: object = {}): AmazonSeller {
  if (!simulator.api) throw new Error("no simulated API");
  const seller = { clock: NOW };
  const now = () => seller.clock;
  const hosted = hostApi(simulator.api, { shop: SELLER, app: APP, credentials, now });
  const calls: HttpRequest[] = [];
  const tools = memoryTools({
    ...{ now, deadline: NOW + 1_000_000_000_000 },
    async http(request) {
      const call = { timeout: 2_000, ...request };
      calls.push(call);
      return callHosted(hosted, call);
    },
  });
  const account = {
    ...{ connection: "amazon/demo", shop: SELLER, credentials },
    settings: z.parse(Settings, { region: "eu", ...settings }),
    app: z.parse(amazon.secret, APP),
  };
  const client = api.open(account, tools);
  return Object.assign(seller, {
    ...{ client, hosted, tools, calls },
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
