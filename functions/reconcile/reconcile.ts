import { type Config, type Connection, pathOf } from "../../shared/stage/config.ts";
import { asUsedBy, type Channel } from "../channels/channel.ts";
import { type Pass, type PassDeps, reconcileConnection } from "./reconcile-connection.ts";
import { isOverdue } from "./when-due.ts";

export interface Deps extends PassDeps {
  config: Config;
  /** @returns undefined for a channel that this release does not have */
  channelOf(name: string): Promise<Channel | undefined>;
  /** Called for each pass. @param connection `shopify/main` */
  onPass?: (connection: string, pass: Pass) => void;
  /** Called for each connection without a whole pass for too long. */
  onOverdue?: (connection: string) => void;
  /** Called for each connection of a channel whose orders no API can list. */
  onUnlisted?: (connection: string) => void;
  /** Called for each connection whose pass broke off: the table or the queue failed. */
  failed?: (connection: string, error: unknown) => void;
}

/**
 * Finds orders whose webhooks were missed. All connections side by side, each with a deadline of its own: a channel
 * that is slow, or fails, delays no other.
 */
export async function reconcile(deps: Deps): Promise<void> {
  await Promise.all(deps.config.connections.map((connection) => reconcileOne(connection, deps)));
}

async function reconcileOne(connection: Connection, deps: Deps): Promise<void> {
  const path = pathOf(connection);
  if (connection.reconcileEvery === "off") return;
  try {
    const known = await deps.channelOf(connection.channel);
    const channel = known && asUsedBy(connection, known);
    if (!channel?.api) return deps.onUnlisted?.(path);
    const { state, pass } = await reconcileConnection(connection, channel, deps);
    if (pass) deps.onPass?.(path, pass);
    const { reconcileOverdueAfter } = deps.config.timing;
    if (isOverdue(state, connection, reconcileOverdueAfter, deps.now())) deps.onOverdue?.(path);
  } catch (error) {
    deps.failed?.(path, error);
  }
}
