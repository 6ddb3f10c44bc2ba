import type { Channel, Verification } from "../../functions/channels/channel.ts";
import { loadChannels } from "../../functions/channels/registry.ts";
import type { Provider } from "../../functions/providers/provider.ts";
import { loadProviders } from "../../functions/providers/registry.ts";

/** The part of a channel that the stack is built from. */
export type ChannelFacts = Pick<
  Channel,
  | "name"
  | "title"
  | "endpoint"
  | "secret"
  | "settings"
  | "credentials"
  | "rotatesCredentials"
  | "api"
  | "uses"
  | "answerWithin"
  | "sender"
> & {
  readonly verification?: Pick<Verification<unknown>, "methods" | "covers" | "needsUrl">;
};
/** The part of a provider that the stack is built from. */
export type ProviderFacts = Pick<
  Provider,
  "name" | "title" | "settings" | "secret" | "reference" | "timing" | "oneInFlight"
>;

export interface Connectors {
  channels: readonly ChannelFacts[];
  providers: readonly ProviderFacts[];
}

/**
 * All registered connectors. A line in a registry is enough: the connector gets its routes, queues, Lambda and alarms.
 */
export const connectors: Connectors = { channels: await loadChannels(), providers: await loadProviders() };
