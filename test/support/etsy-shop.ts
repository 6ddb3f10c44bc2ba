import * as z from "zod/mini";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/etsy/api.ts";
import { etsy } from "../../functions/channels/etsy/index.ts";
import { Settings } from "../../functions/channels/etsy/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/etsy/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import { callHosted } from "./call-hosted.ts";
import { type MemorySecret, memorySecret } from "./memory-secret.ts";
import { memoryTools } from "./memory-tools.ts";
import { type SimulatedShop, simulatedShop } from "./simulated-shop.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SHOP = "31415926";
export const APP = {
  ...{ signingSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], keystring: "keystring", sharedSecret: "shared" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};

/** A shop of the simulator, without a network, and the connector's client of it. */
export interface EtsyShop extends SimulatedShop {
  client: ChannelClient;
  tools: ApiTools;
  hosted: HostedApi;
  secret: MemorySecret;
  /** What the client asked, oldest first, and its paths. */
  calls: HttpRequest[];
  paths(): string[];
  /** Epoch ms. Each call takes 0.2 s: an app has ten a second. */
  clock: number;
}

interface Options {
  app?: Partial<typeof APP>;
  settings?: object;
  /** Of the connection in the stage file. */
  shop?: string | undefined;
}

export function openShop({ app = {}, settings = {}, shop = SHOP }: Options = {}): EtsyShop {
  if (!simulator.api) throw new Error("no simulated API");
  const state = { clock: NOW };
  const now = () => state.clock;
  const credentials = { refreshToken: "288298098.first" };
  const hosted = hostApi(simulator.api, { shop: SHOP, app: { ...APP }, credentials, now });
  const secret = memorySecret({ ...credentials });
  const calls: HttpRequest[] = [];
  const tools = memoryTools({
    ...{ now, secret, deadline: NOW + 1_000_000_000_000 },
    async http(request) {
      const call = { timeout: 2_000, ...request };
      calls.push(call);
      state.clock += 200;
      return callHosted(hosted, call);
    },
  });
  const client = api.open(
    {
      ...{ connection: "etsy/demo", shop: shop === "" ? undefined : shop, credentials },
      ...{ settings: z.parse(Settings, settings), app: z.parse(etsy.secret, { ...APP, ...app }) },
    },
    tools,
  );
  return Object.assign(state, {
    ...{ client, tools, hosted, secret, calls },
    paths: () => calls.map(({ url }) => new URL(url).pathname.replace("/v3/application", "")),
    ...simulatedShop({ simulator, hosted, client, shop: SHOP, now }),
  });
}
