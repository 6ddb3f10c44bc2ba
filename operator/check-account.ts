import * as z from "zod/mini";
import type { Provider } from "../functions/providers/registry.ts";
import * as providers from "../functions/providers/registry.ts";
import type { Tools } from "../shared/connector/tools.ts";
import { createTools } from "../shared/connector/tools.ts";
import type { Table } from "../shared/ledger/table.ts";
import { type Destination, destinationPath } from "../shared/stage/config.ts";

/** How long one destination's check may take, ms. */
const LONGEST = 120_000;

/** How the harmless call ended. */
export type CheckResult = { is: "good" } | { is: "no check" } | { is: "bad"; reason: string };

/**
 * Opens a destination as create-order does, with the same tokens and leases, and makes its harmless call.
 * @param secret its value in Secrets Manager; it matches the schema
 */
export async function checkAccount(destination: Destination, secret: unknown, table: Table): Promise<CheckResult> {
  const provider: Provider | undefined = Object.values<Provider>(providers).find(
    ({ name }) => name === destination.provider,
  );
  if (!provider) return { is: "no check" };
  const path = destinationPath(destination);
  const tools: Tools = {
    ...createTools({
      subject: { kind: "provider", name: provider.name, account: path },
      ...{ table, memory: new Map<string, unknown>(), now: Date.now },
      callTimeout: destination.callTimeout ?? provider.timing.call,
      deadline: Date.now() + LONGEST,
    }),
    // A metric is a line in a function's log; there is none here.
    count: () => {},
  };
  try {
    const settings = z.parse(provider.settings, destination.settings);
    const account = {
      destination: path,
      settings,
      secret: z.parse(provider.secret, secret),
      missing: destination.missing,
    };
    const client = provider.open(account, tools);
    if (!client.check) return { is: "no check" };
    await client.check();
    return { is: "good" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { is: "bad", reason: withoutSecrets(reason, secret) };
  }
}

/** Providers' texts may echo what was sent. */
export function withoutSecrets(text: string, secret: unknown): string {
  const values = typeof secret === "object" && secret !== null ? Object.values(secret).flat() : [secret];
  return values
    .map(String)
    .filter((value) => value.length > 3 && !URL.canParse(value))
    .sort((a, b) => b.length - a.length)
    .reduce((safe, value) => safe.replaceAll(value, "…").replaceAll(encodeURIComponent(value), "…"), text);
}
