import { api } from "../../functions/channels/bigcommerce/api.ts";
import { Settings } from "../../functions/channels/bigcommerce/settings.ts";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/bigcommerce/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import { channelHttp } from "../../shared/connector/channel-http.ts";
import type { Http, HttpRequest } from "../../shared/connector/http.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";

export const STORE = "abc123xyz";
export const CREDENTIALS = { storeHash: STORE, accessToken: "token-of-the-store" };
const NOW = Date.parse("2026-11-20T15:00:07.123Z");

/** A store of the simulator, without a network, and the connector's client of it. */
export interface BigCommerceStore {
  client: ChannelClient;
  hosted: HostedApi;
  /** What the client asked, oldest first. */
  requests: HttpRequest[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
  /** Stores an order as `POST …/send` does. @returns it, completed */
  place(part?: PartialOrder, known?: Order): Order;
  /** Stores what the API has, as `PUT …/orders/{id}` does. @param changes of what it has now */
  change(id: string, changes: Record<string, unknown>): void;
  http: Http;
}

interface Options {
  settings?: Record<string, unknown>;
  /** Of the connection in the stage file. */
  shop?: string;
  credentials?: typeof CREDENTIALS;
}

export function openStore({ settings = {}, shop, credentials = CREDENTIALS }: Options = {}): BigCommerceStore {
  if (!simulator.api) throw new Error("no simulated API");
  const store = { clock: NOW };
  const now = () => store.clock;
  const hosted = hostApi(simulator.api, { shop: STORE, app: {}, credentials: CREDENTIALS, now });
  const requests: HttpRequest[] = [];
  const http: Http = async (request) => {
    requests.push(request);
    return callHosted(hosted, request);
  };
  const allowed = channelHttp({ caller: "connections/bigcommerce/demo", hosts: ["api.bigcommerce.com"], http });
  const tools = memoryTools({
    now,
    deadline: NOW + 60_000,
    http: (request) => allowed({ timeout: 2_000, ...request }),
  });
  const account = { connection: "bigcommerce/demo", shop, settings: Settings.parse(settings), app: {}, credentials };
  let number = 1000;
  return Object.assign(store, {
    hosted,
    requests,
    http,
    client: api.open(account, tools),
    place(part: PartialOrder = {}, known?: Order) {
      const { newOrderId: newId, newLineId } = simulator;
      const order = completeOrder(part, { newId, newLineId, newNumber: () => String(++number), known, now: now() });
      hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, STORE)));
      return order;
    },
    change(id: string, changes: Record<string, unknown>) {
      hosted.put(id, JSON.stringify({ ...JSON.parse(hosted.book.orders.get(id) ?? "{}"), ...changes }));
    },
  });
}

/** The order as the connector maps what the API has. */
export async function fetched({ client }: BigCommerceStore, id: string): Promise<Order> {
  const answer = await client.order(id);
  if (answer === "gone") throw new Error(`The API has no order ${id}.`);
  return answer.order;
}
