import * as z from "zod/mini";
import { api } from "../../functions/channels/amazon/api.ts";
import { amazon } from "../../functions/channels/amazon/index.ts";
import { Settings } from "../../functions/channels/amazon/settings.ts";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/amazon/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import { callHosted } from "./call-hosted.ts";
import { memoryTools } from "./memory-tools.ts";
import { type SimulatedShop, simulatedShop } from "./simulated-shop.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SELLER = "A2EIGENART0X3Z";
export const APP = {
  ...{ clientId: "amzn1.application-oa2-client.test", clientSecret: "amzn1.oa2-cs.v1.test" },
  ...{ tokenKey: Buffer.alloc(32, 1).toString("base64"), applicationId: "amzn1.sellerapps.app.test" },
};
const credentials = { refreshToken: "Atzr|first" };

/** A seller of the simulator, without a network, and the connector's client of it. */
export interface AmazonSeller extends SimulatedShop {
  client: ChannelClient;
  hosted: HostedApi;
  tools: ApiTools;
  /** What the client asked, oldest first, and its paths. */
  calls: HttpRequest[];
  paths(): string[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
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
    ...simulatedShop({ simulator, hosted, client, shop: SELLER, now }),
  });
}
