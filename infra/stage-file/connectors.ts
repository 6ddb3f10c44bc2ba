import type { Channel, Verification } from "../../functions/channels/channel.ts";
import { loadChannels } from "../../functions/channels/registry.ts";
import type { Provider } from "../../functions/providers/provider.ts";
import * as providers from "../../functions/providers/registry.ts";

/** What the stack follows from of a channel. */
export type ChannelFacts = Pick<Channel, "name" | "title" | "endpoint" | "secret" | "settings" | "credentials"> & {
  readonly verification?: Pick<Verification<unknown>, "methods" | "covers">;
};
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
export const connectors: Connectors = { channels: await loadChannels(), providers: Object.values(providers) };
