import * as z from "zod/mini";
import type { Channel } from "../functions/channels/registry.ts";
import { channelHttp } from "../shared/connector/channel-http.ts";
import { type ApiTools, createTools } from "../shared/connector/tools.ts";
import type { Table } from "../shared/ledger/table.ts";
import { type Connection, pathOf } from "../shared/stage/config.ts";
import type { VersionedSecret } from "../shared/stage/versioned-secret.ts";
import { operatorHttp } from "./operator-http.ts";

/** How long a command may work on one account, ms. */
export const LONGEST = 120_000;
/** Of one call of a channel's API, ms. */
const CHANNEL_CALL = 10_000;

export interface ConnectionPlace {
  /** The connection's own secret, in Secrets Manager. */
  secret: VersionedSecret;
  table: Table;
  /** Of the local stack: where its channels' simulators listen. */
  simulators?: string | undefined;
}

/** A connection's settings, and tools that call its channel as route-order does, with the same tokens and leases. */
export function openConnection(
  connection: Connection,
  channel: Channel,
  { secret, table, simulators }: ConnectionPlace,
): { facts: { connection: string; shop: string | undefined; settings: unknown }; tools: ApiTools } {
  const account = pathOf(connection);
  const settings = z.parse(channel.settings, connection.settings);
  const facts = { connection: account, shop: connection.shop, settings };
  const hosts = [...channel.hosts, ...(channel.hostsOf?.(facts) ?? [])];
  const http = channelHttp({ caller: `connections/${account}`, hosts, simulators, http: operatorHttp });
  const tools = createTools({
    ...{ subject: { kind: "channel", name: channel.name, account }, table, http, callTimeout: CHANNEL_CALL },
    ...{ deadline: Date.now() + LONGEST, memory: new Map<string, unknown>(), now: Date.now },
  });
  // A metric is a line in a function's log; there is none here.
  return { facts, tools: { ...tools, secret, count: () => {} } };
}
