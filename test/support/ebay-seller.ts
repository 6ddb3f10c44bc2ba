import * as z from "zod/mini";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/ebay/api.ts";
import { Secret, Settings } from "../../functions/channels/ebay/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/ebay/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";
import { type SimulatedShop, simulatedShop } from "./simulated-shop.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SELLER = "TGsellerOne";
export const APP = {
  ...{ verificationToken: "a-verification-token-of-32-letters", clientId: "client", clientSecret: "secret" },
  ...{ redirectName: "Relay-RuName", tokenKey: Buffer.alloc(32, 1).toString("base64") },
};

/** A seller of the simulator, without a network, and the connector's client of it. */
export interface EbaySeller extends SimulatedShop {
  client: ChannelClient;
  hosted: HostedApi;
  tools: ApiTools;
  /** What the client asked, oldest first, and its paths. */
  calls: HttpRequest[];
  paths(): string[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
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
    ...simulatedShop({ simulator, hosted, client, shop: SELLER, now }),
  });
}
