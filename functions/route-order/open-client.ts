import { channelHttp } from "../../shared/connector/channel-http.ts";
import { createTools } from "../../shared/connector/tools.ts";
import { Misconfigured } from "../../shared/errors.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { pathOf } from "../../shared/stage/config.ts";
import { endpointPathOf } from "../../shared/stage/endpoints.ts";
import { type Secrets, SecretUnreadable } from "../../shared/stage/secrets.ts";
import type { VersionedSecret } from "../../shared/stage/versioned-secret.ts";
import { connectionFacts } from "../channels/channel.ts";
import type { OpenClient } from "./fetch-order.ts";

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

  return async (channel, connection, deadline) => {
    const { api, credentials: schema } = channel;
    if (!api) throw new Misconfigured(`${channel.name} has no API`);
    const account = pathOf(connection);
    try {
      const [{ open: openApi }, app, credentials] = await Promise.all([
        api(),
        secrets.read("endpoints", endpointPathOf(connection), channel.secret),
        schema && secrets.read("connections", account, schema),
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
