import { api } from "../../functions/channels/adobe-commerce/api.ts";
import { Credentials, Secret, Settings } from "../../functions/channels/adobe-commerce/settings.ts";
import type { ChangedOrder, ChannelClient } from "../../functions/channels/channel.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/adobe-commerce/index.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import { channelHttp } from "../../shared/connector/channel-http.ts";
import { type Http, type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";
import type { Order } from "../../shared/order.ts";
import { memoryTools } from "./memory-tools.ts";

/** The event provider. */
export const SHOP = "5d0f3a1e-7c42-4b0a-9a57-2f6f1c9e0d11";
export const URL_OF_SHOP = "https://shop.example";
export const APP = {
  clientIds: ["client-of-the-project"],
  clientSecret: "secret-of-the-project",
  organisation: "0123456789ABCDEF01234567@AdobeOrg",
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};
export const INTEGRATION = {
  consumerKey: "consumer-key",
  consumerSecret: "consumer&secret",
  accessToken: "access-token",
  accessTokenSecret: "token/secret",
};
export const NOW = Date.parse("2026-11-20T15:00:07.123Z");

interface Options {
  settings?: Record<string, unknown>;
  app?: Record<string, unknown>;
  /** What the connection's secret holds. */
  credentials?: Record<string, unknown>;
  /** What the shop knows. Default: the same. */
  known?: Record<string, unknown>;
  /** Instead of the simulator. */
  answer?(request: HttpRequest): Partial<HttpAnswer>;
}

/** A shop of the simulator, without a network, and the connector's client of it. */
export class AdobeCommerceShop {
  /** Moves only when a test moves it. Epoch ms. */
  clock = NOW;
  readonly client: ChannelClient;
  readonly hosted: HostedApi;
  /** What the client asked, oldest first. */
  readonly requests: HttpRequest[] = [];
  #number = 1000;

  constructor({ settings = {}, app = APP, credentials = INTEGRATION, known = credentials, answer }: Options = {}) {
    if (!simulator.api) throw new Error("no simulated API");
    const now = () => this.clock;
    this.hosted = hostApi(simulator.api, { shop: SHOP, app: APP, credentials: known, now });
    const http: Http = async (request) => {
      this.requests.push(request);
      return answer ? { status: 200, headers: {}, text: "", ...answer(request) } : this.ask(request);
    };
    const read = Settings.parse({ url: URL_OF_SHOP, ...settings });
    const hosts = ["ims-na1.adobelogin.com", new URL(read.url).hostname];
    const allowed = channelHttp({ caller: "connections/adobe-commerce/demo", hosts, http });
    const tools = memoryTools({
      now,
      deadline: NOW + 10 ** 12,
      http: (request) => allowed({ timeout: 2_000, ...request }),
    });
    const facts = { connection: "adobe-commerce/demo", shop: SHOP, settings: read };
    this.client = api.open({ ...facts, app: Secret.parse(app), credentials: Credentials.parse(credentials) }, tools);
  }

  /** Asks the simulator. */
  async ask({ url, method, headers = {}, body = "" }: Omit<HttpRequest, "timeout">): Promise<HttpAnswer> {
    const { hostname: host, pathname: path, search, searchParams: query } = new URL(url);
    const reply = this.hosted.reply({
      ...{ host, path, query, rawQuery: search.slice(1), method, headers, body: Buffer.from(body) },
      ...{ caller: "connection", ended: Promise.resolve("answered") },
    });
    if ("wire" in reply) throw new HttpFailure("timeout", true);
    return { status: reply.status, headers: { ...reply.headers }, text: reply.body.toString() };
  }

  /** Stores an order as `POST …/send` does. @returns it, completed */
  place(part: PartialOrder = {}, known?: Order): Order {
    const { newOrderId: newId, newLineId } = simulator;
    const newNumber = () => String(++this.#number);
    const order = completeOrder(part, { newId, newLineId, newNumber, known, now: this.clock });
    this.hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, SHOP)));
    return order;
  }

  /** Stores what the API has, as `PUT …/orders/{id}` does. @param changes of what it has now */
  change(id: string, changes: Record<string, unknown>): void {
    this.hosted.put(id, JSON.stringify({ ...JSON.parse(this.hosted.book.orders.get(id) ?? "{}"), ...changes }));
  }

  /** The order as the connector maps what the API has. */
  async fetched(id: string): Promise<Order> {
    const answer = await this.client.order(id);
    if (answer === "gone") throw new Error(`The API has no order ${id}.`);
    return answer.order;
  }

  async changed(time: string): Promise<ChangedOrder[]> {
    const found: ChangedOrder[] = [];
    for await (const one of this.client.changedSince?.(time) ?? []) found.push(one);
    return found;
  }
}
