import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import type { Account, Channel } from "../../functions/channels/channel.ts";
import { createOpenClient, NoCredentials } from "../../functions/open-client.ts";
import { HttpFailure } from "../../shared/connector/http.ts";
import type { ApiTools } from "../../shared/connector/tools.ts";
import { Misconfigured } from "../../shared/errors.ts";
import { createTable } from "../../shared/ledger/table.ts";
import { Connection } from "../../shared/stage/config.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { market } from "../support/market.ts";
import { memorySecret } from "../support/memory-secret.ts";

const connection = z.parse(Connection, { channel: "market", name: "north", key: "mn", endpoint: "app", shop: "n1" });

/** Opens the Market's API with these secrets, by their names. */
async function open(secretValues: Record<string, unknown>) {
  let opened: { account: Account<unknown, unknown, unknown>; tools: ApiTools } | undefined;
  const channel: Channel = market("nothing", {
    hosts: ["localhost"],
    api: async () => ({
      open: (account, tools) => {
        opened = { account, tools };
        return { order: async () => "gone" };
      },
    }),
  });
  const send = async ({ input }: { input: { SecretId?: string } }) => {
    const value = secretValues[input.SecretId ?? ""];
    if (value === undefined) throw Object.assign(new Error("of Ada Byron"), { name: "ResourceNotFoundException" });
    return { SecretString: JSON.stringify(value) };
  };
  const secrets = createSecrets({ send: send as never }, "test", { maxAge: 60_000, recheck: 60_000 });
  const table = createTable({ send: async () => ({}) } as never, "ledger");
  const openClient = createOpenClient({ secrets, versionedSecret: () => memorySecret(), table, callTimeout: 1_000 });
  await openClient(channel, connection, Date.now() + 30_000);
  if (!opened) throw new Error("not opened");
  return opened;
}

const SECRETS = {
  "order-relay/test/endpoints/market/app": { clientSecret: "the app's" },
  "order-relay/test/connections/market/north": { refreshToken: "the shop's" },
};

test("an API is opened with the app's secret, which its endpoint has, and the shop's own", async () => {
  const { account } = await open(SECRETS);
  deepEqual(account, {
    ...{ connection: "market/north", shop: "n1", settings: {} },
    ...{ app: { clientSecret: "the app's" }, credentials: { refreshToken: "the shop's" } },
  });
});

test("a connection whose own secret was never filled in has no credentials, which is no failure of its API", async () => {
  const empty = { ...SECRETS, "order-relay/test/connections/market/north": undefined };
  await rejects(open(empty), NoCredentials);
  const partly = { ...SECRETS, "order-relay/test/connections/market/north": {} };
  const withoutKeys = { ...SECRETS, "order-relay/test/endpoints/market/app": undefined };
  for (const values of [partly, withoutKeys]) {
    await rejects(open(values), (error) => error instanceof Misconfigured && !(error instanceof NoCredentials));
  }
});

for (const name of Object.keys(SECRETS)) {
  test(`without ${name} its connection is misconfigured, which names no value`, async () => {
    await rejects(open({ ...SECRETS, [name]: undefined }), (error) => {
      equal(error instanceof Misconfigured && error.reason.includes(name), true);
      equal(String(error).includes("Ada"), false);
      return true;
    });
  });
}

test("its tools call the channel's hosts, and no other", async () => {
  const { tools } = await open(SECRETS);
  for (const url of ["https://elsewhere.example/", "http://localhost/", "https://localhost.elsewhere.example/"]) {
    await rejects(tools.http({ method: "GET", url }), Misconfigured);
  }
  // Nothing listens there: the call itself was made.
  await rejects(tools.http({ method: "GET", url: "https://localhost/" }), HttpFailure);
});
