import type { Channel } from "../../functions/channels/channel.ts";
import * as channels from "../../functions/channels/registry.ts";
import type { Provider } from "../../functions/providers/provider.ts";
import * as providers from "../../functions/providers/registry.ts";

/** What the stack follows from of a channel. */
export type ChannelFacts = Pick<Channel, "name" | "methods" | "secretFields" | "settings">;
/** What the stack follows from of a provider. */
export type ProviderFacts = Pick<
  Provider,
  "name" | "title" | "settings" | "secretFields" | "reference" | "timing" | "oneInFlight"
>;

export interface Connectors {
  channels: readonly ChannelFacts[];
  providers: readonly ProviderFacts[];
}

/** All that are registered. A connector gets routes, queues, Lambda and alarms by its line in a registry and no other. */
export const connectors: Connectors = { channels: Object.values(channels), providers: Object.values(providers) };
