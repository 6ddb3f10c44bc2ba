import * as z from "zod/mini";
import type { Channel } from "../functions/channels/registry.ts";
import type { Provider } from "../functions/providers/registry.ts";
import { createTools } from "../shared/connector/tools.ts";
import type { Table } from "../shared/ledger/table.ts";
import { type Connection, type Destination, destinationPath } from "../shared/stage/config.ts";
import { type ConnectionPlace, LONGEST, openConnection } from "./open-connection.ts";
import { operatorHttp } from "./operator-http.ts";

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
  const tools = createTools({
    ...{ subject: { kind: "provider", name: provider.name, account }, table, http: operatorHttp },
    ...{ callTimeout: destination.callTimeout ?? provider.timing.call, deadline: Date.now() + LONGEST },
    ...{ memory: new Map<string, unknown>(), now: Date.now },
  });
  return check([secret], () =>
    provider.open(
      {
        destination: account,
        settings: z.parse(provider.settings, destination.settings),
        secret: z.parse(provider.secret, secret),
        missing: destination.missing,
      },
      // A metric is a line in a function's log; there is none here.
      { ...tools, count: () => {} },
    ),
  );
}

interface ConnectionSecrets extends ConnectionPlace {
  /** Its endpoint's secret; it matches the schema. */
  app: unknown;
  /** Its own secret's value, which matches the schema; undefined where it has none. */
  credentials: unknown;
}

/** Opens a connection's API as route-order does, and makes its harmless call. */
export function checkConnection(
  connection: Connection,
  channel: Channel,
  { app, credentials, ...place }: ConnectionSecrets,
): Promise<CheckResult> {
  return check([app, credentials], async () => {
    const { facts, tools } = openConnection(connection, channel, place);
    const api = await channel.api?.();
    return api?.open(
      {
        ...facts,
        app: z.parse(channel.secret, app),
        credentials:
          channel.credentials && credentials !== undefined ? z.parse(channel.credentials, credentials) : undefined,
      },
      tools,
    );
  });
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
