import { asUsedBy } from "../../functions/channels/channel.ts";
import { type Connection, pathOf } from "../../shared/stage/config.ts";
import { endpointsOf, type ServedEndpoint } from "../../shared/stage/endpoints.ts";
import type { Stage } from "./checked-stage.ts";
import type { ChannelFacts, Connectors } from "./connectors.ts";

/** An endpoint of a stage and its channel. */
export interface StageEndpoint extends Omit<ServedEndpoint, "channel"> {
  /** `tiktok-shop/app` */
  path: string;
  channel: ChannelFacts;
}

/** A connection of a stage and its channel. */
export interface StageConnection {
  /** `shopify/main` */
  path: string;
  channel: ChannelFacts;
  connection: Connection;
}

/** Every endpoint of a stage; those of queue channels have no address, only a secret. */
export const stageEndpoints = ({ config }: Pick<Stage, "config">, { channels }: Pick<Connectors, "channels">) =>
  endpointsOf(config).flatMap((endpoint): StageEndpoint[] => {
    const channel = channels.find(({ name }) => name === endpoint.channel);
    return channel ? [{ ...endpoint, path: pathOf(endpoint), channel }] : [];
  });

/** Every connection of a stage. */
export const stageConnections = ({ config }: Pick<Stage, "config">, { channels }: Pick<Connectors, "channels">) =>
  config.connections.flatMap((connection): StageConnection[] => {
    const channel = channels.find(({ name }) => name === connection.channel);
    return channel ? [{ connection, path: pathOf(connection), channel }] : [];
  });

/**
 * Every connection of a stage with its channel as it uses it: without `api` and `credentials` where its settings choose
 * so. @throws MalformedEvent if the settings are wrong, which the check of the stage file says first
 */
export const connectionsAsUsed = (stage: Pick<Stage, "config">, connectors: Pick<Connectors, "channels">) =>
  stageConnections(stage, connectors).map(
    (one): StageConnection => ({ ...one, channel: asUsedBy(one.connection, one.channel) }),
  );

/** Connections whose orders reconcile lists: their channel has an API, and they are not "off". */
export const reconciledConnections = (stage: Pick<Stage, "config">, connectors: Pick<Connectors, "channels">) =>
  connectionsAsUsed(stage, connectors).filter(
    ({ channel, connection }) => channel.api !== undefined && connection.reconcileEvery !== "off",
  );

/** Whether the channel sends to an endpoint's address, not to a queue of each connection. */
export const hasAddress = ({ channel }: { channel: Pick<ChannelFacts, "endpoint"> }): boolean =>
  channel.endpoint !== "queue";
