import { type Config, pathOf } from "../../shared/stage/config.ts";
import { endpointsOf } from "../../shared/stage/endpoints.ts";
import type { Channel } from "../channels/channel.ts";
import { channels, loadChannel } from "../channels/registry.ts";

/** An endpoint of the stage whose channel is registered. */
export interface ConfiguredEndpoint {
  channel: string;
  name: string;
  /** As registered at the channel. */
  url?: string | undefined;
  /** Loads the channel's chunk. Called with its first event, not at the start. */
  load(): Promise<Channel | undefined>;
}

/** The endpoints by path: `shopify/main`. */
export function configuredEndpoints(
  config: Pick<Config, "endpoints" | "connections">,
): ReadonlyMap<string, ConfiguredEndpoint> {
  const known = endpointsOf(config).filter(({ channel }) => Object.hasOwn(channels, channel));
  return new Map(
    known.map(({ channel, name, url }) => [
      pathOf({ channel, name }),
      { channel, name, url, load: async () => loadChannel(channel) },
    ]),
  );
}
