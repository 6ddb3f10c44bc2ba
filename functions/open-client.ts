import type * as z from "zod/mini";
import { channelHttp } from "../shared/connector/channel-http.ts";
import { createTools } from "../shared/connector/tools.ts";
import { Misconfigured } from "../shared/errors.ts";
import type { Table } from "../shared/ledger/table.ts";
import { type Connection, pathOf } from "../shared/stage/config.ts";
import { endpointPathOf } from "../shared/stage/endpoints.ts";
import { type Secrets, SecretUnreadable } from "../shared/stage/secrets.ts";
import type { VersionedSecret } from "../shared/stage/versioned-secret.ts";
import { type Channel, type ChannelClient, connectionFacts } from "./channels/channel.ts";

/**
 * Opens a connection's API for one record, or one pass of reconcile. Calls nothing by itself.
 * @param deadline by when its work must end, epoch ms
 * @throws NoCredentials; Misconfigured
 */
export type OpenClient = (channel: Channel, connection: Connection, deadline: number) => Promise<ChannelClient>;

/** The connection's own secret, with the shop's API credentials, was never filled in. */
export class NoCredentials extends Misconfigured {}

interface Deps {
  secrets: Pick<Secrets, "read">;
  /** A connection's own secret, by its path. */
  versionedSecret: (account: string) => VersionedSecret;
  table: Table;
  /** Of one call, ms. */
  callTimeout: number;
  /** Of the stage `local`: where the channels' simulators listen. */
  simulators?: string | undefined;
}

/** Opens a connection's API with the secrets of its endpoint and its own, and with tools of its own. */
export function createOpenClient({ secrets, versionedSecret, table, callTimeout, simulators }: Deps): OpenClient {
  /** Each connection's memory, for as long as the environment lives. */
  const memories = new Map<string, Map<string, unknown>>();

  function memoryOf(account: string): Map<string, unknown> {
    const memory = memories.get(account) ?? new Map<string, unknown>();
    memories.set(account, memory);
    return memory;
  }

  async function credentialsOf<T>(account: string, schema: z.ZodMiniType<T>): Promise<T> {
    try {
      return await secrets.read("connections", account, schema);
    } catch (error) {
      throw error instanceof SecretUnreadable && error.isEmpty ? new NoCredentials(error.message) : error;
    }
  }

  return async (channel, connection, deadline) => {
    const { api, credentials: schema } = channel;
    if (!api) throw new Misconfigured(`${channel.name} has no API`);
    const account = pathOf(connection);
    try {
      const [{ open: openApi }, app, credentials] = await Promise.all([
        api(),
        secrets.read("endpoints", endpointPathOf(connection), channel.secret),
        schema && credentialsOf(account, schema),
      ]);
      const facts = connectionFacts(channel, connection);
      const hosts = [...channel.hosts, ...(channel.hostsOf?.(facts) ?? [])];
      const http = channelHttp({ caller: `connections/${account}`, hosts, simulators });
      const subject = { kind: "channel" as const, name: channel.name, account };
      const memory = memoryOf(account);
      const tools = createTools({ subject, table, callTimeout, deadline, memory, now: Date.now, http });
      return openApi({ ...facts, app, credentials }, { ...tools, secret: versionedSecret(account) });
    } catch (error) {
      if (error instanceof SecretUnreadable) throw new Misconfigured(error.message);
      throw error;
    }
  };
}
