import * as z from "zod/mini";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/ecwid/api.ts";
import { Settings } from "../../functions/channels/ecwid/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/ecwid/index.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import { channelHttp } from "../../shared/connector/channel-http.ts";
import type { Http, HttpRequest } from "../../shared/connector/http.ts";
import type { Order } from "../../shared/order.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";
import { type SimulatedShop, simulatedShop } from "./simulated-shop.ts";

export const STORE = "1003";
export const NOW = Date.parse("2026-11-20T15:00:07.123Z");
const CREDENTIALS = { accessToken: "secret_of_the_store" };

/** A store of the simulator, without a network, and the connector's client of it. */
export interface EcwidStore extends SimulatedShop {
  client: ChannelClient;
  hosted: HostedApi;
  /** What the client asked, oldest first. */
  requests: HttpRequest[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
  /** As `put`, of any order. */
  place(part?: PartialOrder): Order;
}

interface Options {
  settings?: Record<string, unknown>;
  /** Of the connection in the stage file. */
  shop?: string | undefined;
  accessToken?: string;
}

export function openStore({ settings = {}, ...options }: Options = {}): EcwidStore {
  if (!simulator.api) throw new Error("no simulated API");
  const store = { clock: NOW };
  const now = () => store.clock;
  const hosted = hostApi(simulator.api, { shop: STORE, app: {}, credentials: CREDENTIALS, now });
  const requests: HttpRequest[] = [];
  const http: Http = async (request) => {
    requests.push(request);
    return callHosted(hosted, request);
  };
  const allowed = channelHttp({ caller: "connections/ecwid/demo", hosts: ["app.ecwid.com"], http });
  const tools = memoryTools({
    now,
    deadline: NOW + 1_000_000_000,
    http: (request) => allowed({ timeout: 2_000, ...request }),
  });
  const account = {
    connection: "ecwid/demo",
    shop: "shop" in options ? options.shop : STORE,
    settings: z.parse(Settings, settings),
    app: { signingSecrets: ["client-secret-of-the-app"] },
    credentials: { accessToken: options.accessToken ?? CREDENTIALS.accessToken },
  };
  const client = api.open(account, tools);
  const handles = simulatedShop({ simulator, hosted, client, shop: STORE, now });
  return Object.assign(store, {
    hosted,
    requests,
    client,
    ...handles,
    place: (part: PartialOrder = {}) => handles.put(part),
  });
}
