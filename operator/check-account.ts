import * as z from "zod/mini";
import type { Channel } from "../functions/channels/registry.ts";
import type { Provider } from "../functions/providers/registry.ts";
import { channelHttp } from "../shared/connector/channel-http.ts";
import type { Http } from "../shared/connector/http.ts";
import { type ApiTools, createTools, type Subject, type Tools } from "../shared/connector/tools.ts";
import type { Table } from "../shared/ledger/table.ts";
import { type Connection, type Destination, destinationPath, pathOf } from "../shared/stage/config.ts";
import type { VersionedSecret } from "../shared/stage/versioned-secret.ts";
import { operatorHttp } from "./operator-http.ts";

/** How long the check of one account may take, ms. */
const LONGEST = 120_000;
/** Of one call of a channel's API, ms. */
const CHANNEL_CALL = 10_000;

/** How the harmless call ended. */
export type CheckResult = { is: "good" } | { is: "no check" } | { is: "bad"; reason: string };

/**
 * Opens a destination as create-order does, with the same tokens and leases, and makes its harmless call.
 * @param secret its value in Secrets Manager; it matches the schema
 */
export function checkDestination(
  destination: Destination,
  provider: Provider,
  { secret, table }: { secret: unknown; table: Table },
): Promise<CheckResult> {
  const account = destinationPath(destination);
  const callTimeout = destination.callTimeout ?? provider.timing.call;
  const tools = toolsFor({ kind: "provider", name: provider.name, account }, callTimeout, {
    table,
    http: operatorHttp,
  });
  return check([secret], () =>
    provider.open(
      {
        destination: account,
        settings: z.parse(provider.settings, destination.settings),
        secret: z.parse(provider.secret, secret),
        missing: destination.missing,
      },
      tools,
    ),
  );
}

interface ConnectionSecrets {
  /** Its endpoint's secret; it matches the schema. */
  app: unknown;
  /** Its own secret, which matches the schema; undefined where the channel has none. */
  credentials: unknown;
  /** The connection's own secret, in Secrets Manager. */
  secret: VersionedSecret;
  table: Table;
  /** Of the local stack: where its channels' simulators listen. */
  simulators?: string | undefined;
}

/** Opens a connection's API as route-order does, with the same tokens and leases, and makes its harmless call. */
export function checkConnection(
  connection: Connection,
  channel: Channel,
  { app, credentials, secret, table, simulators }: ConnectionSecrets,
): Promise<CheckResult> {
  const account = pathOf(connection);
  return check([app, credentials], async () => {
    const settings = z.parse(channel.settings, connection.settings);
    const facts = { connection: account, shop: connection.shop, settings };
    const hosts = [...channel.hosts, ...(channel.hostsOf?.(facts) ?? [])];
    const own = channelHttp({ caller: `connections/${account}`, hosts, simulators, http: operatorHttp });
    const subject: Subject = { kind: "channel", name: channel.name, account };
    const tools: ApiTools = { ...toolsFor(subject, CHANNEL_CALL, { table, http: own }), secret };
    const api = await channel.api?.();
    return api?.open(
      {
        ...facts,
        app: z.parse(channel.secret, app),
        credentials: channel.credentials && z.parse(channel.credentials, credentials),
      },
      tools,
    );
  });
}

function toolsFor(subject: Subject, callTimeout: number, { table, http }: { table: Table; http: Http }): Tools {
  const memory = new Map<string, unknown>();
  const deadline = Date.now() + LONGEST;
  return {
    ...createTools({ subject, table, http, callTimeout, deadline, memory, now: Date.now }),
    // A metric is a line in a function's log; there is none here.
    count: () => {},
  };
}

interface Checkable {
  check?(): Promise<void>;
}

async function check(
  secrets: readonly unknown[],
  open: () => Checkable | undefined | Promise<Checkable | undefined>,
): Promise<CheckResult> {
  try {
    const client = await open();
    if (!client?.check) return { is: "no check" };
    await client.check();
    return { is: "good" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { is: "bad", reason: secrets.reduce((text: string, secret) => withoutSecrets(text, secret), reason) };
  }
}

/** The texts of providers and channels may quote the secret that was sent. */
export function withoutSecrets(text: string, secret: unknown): string {
  const values = typeof secret === "object" && secret !== null ? Object.values(secret).flat() : [secret];
  return values
    .map(String)
    .filter((value) => value.length > 3 && !URL.canParse(value))
    .sort((a, b) => b.length - a.length)
    .reduce((safe, value) => safe.replaceAll(value, "…").replaceAll(encodeURIComponent(value), "…"), text);
}
