import * as z from "zod/mini";
import type { ChannelClient } from "../../functions/channels/channel.ts";
import { api } from "../../functions/channels/square/api.ts";
import { square } from "../../functions/channels/square/index.ts";
import { Settings } from "../../functions/channels/square/settings.ts";
import { type HostedApi, hostApi } from "../../local/simulators/channel-api.ts";
import { simulator } from "../../local/simulators/channels/square/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { callHosted } from "./call-hosted.ts";
import { type MemorySecret, memorySecret } from "./memory-secret.ts";
import { memoryTools } from "./memory-tools.ts";
import { type SimulatedShop, simulatedShop } from "./simulated-shop.ts";

export const NOW = Date.parse("2026-11-20T15:00:00.000Z");
export const SELLER = "MLSELLER";
export const APP = {
  ...{ signingSecrets: ["a signature key of Square"], clientId: "client", clientSecret: "secret" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};
/** The seller's own application. */
export const OWN = { credentials: { accessToken: "own" }, app: { signingSecrets: APP.signingSecrets } };

/** A seller of the simulator, without a network, and the connector's client of it. */
export interface SquareSeller extends SimulatedShop {
  client: ChannelClient;
  hosted: HostedApi;
  secret: MemorySecret;
  /** What the client asked, oldest first, and its paths. */
  calls: HttpRequest[];
  paths(): string[];
  /** Moves only when a test moves it. Epoch ms. */
  clock: number;
}

interface Options {
  credentials?: { accessToken?: string; refreshToken?: string };
  app?: z.input<typeof square.secret> & object;
  settings?: object;
  /** Of the connection in the stage file. */
  shop?: string;
  /** A path that Square answers by 404. */
  missing?: string;
}

export function openSeller({
  credentials = { refreshToken: "first" },
  app = APP,
  settings = {},
  shop = SELLER,
  missing,
}: Options = {}): SquareSeller {
  if (!simulator.api) throw new Error("no simulated API");
  const seller = { clock: NOW };
  const now = () => seller.clock;
  const hosted = hostApi(simulator.api, { shop: SELLER, app: { ...app }, credentials: { ...credentials }, now });
  const secret = memorySecret({ ...credentials });
  const calls: HttpRequest[] = [];
  const tools = memoryTools({
    ...{ now, secret, deadline: NOW + 1_000_000_000_000 },
    async http(request) {
      const call = { timeout: 2_000, ...request };
      calls.push(call);
      if (new URL(call.url).pathname === missing) return { status: 404, headers: {}, text: "" };
      return callHosted(hosted, call);
    },
  });
  const account = {
    ...{ connection: "square/demo", shop, credentials },
    settings: z.parse(Settings, settings),
    app: z.parse(square.secret, app),
  };
  const client = api.open(account, tools);
  return Object.assign(seller, {
    ...{ client, hosted, secret, calls },
    paths: () => calls.map(({ url }) => new URL(url).pathname),
    ...simulatedShop({ simulator, hosted, client, shop: SELLER, now }),
  });
}
