import type { Channel } from "../../../functions/channels/channel.ts";
import { defined } from "../../../shared/defined.ts";
import type { Connection } from "../../../shared/stage/config.ts";
import { connection } from "../../support/deliveries.ts";
import type { ChannelSample } from "./channel-sample.ts";

/** The connection to which the sample's events belong. */
export function demoConnection(
  { name }: Channel,
  { settings = {}, webhook, shop = webhook?.shop }: ChannelSample,
): Connection {
  return connection(name, { settings, ...defined({ shop }) });
}
