import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import * as z from "zod/mini";
import { checkConnection } from "../../operator/check-account.ts";
import { createTable } from "../../shared/ledger/table.ts";
import { Connection } from "../../shared/stage/config.ts";
import { market } from "../support/market.ts";
import { memorySecret } from "../support/memory-secret.ts";

const connection = z.parse(Connection, { channel: "market", name: "north", key: "mn", endpoint: "app", shop: "n1" });
const table = createTable({ send: async () => ({}) } as never, "ledger");
const secrets = {
  app: { clientSecret: "the app's" },
  credentials: { refreshToken: "the shop's" },
  secret: memorySecret(),
  table,
};

/** Checks a connection whose API calls this address. */
const checkCalling = (url: string, simulators?: string) => {
  const channel = market("nothing", {
    hosts: ["localhost"],
    api: async () => ({
      open: (_, tools) => ({
        order: async () => "gone",
        check: async () => void (await tools.http({ method: "GET", url, headers: { authorization: "the shop's" } })),
      }),
    }),
  });
  return checkConnection(connection, channel, { ...secrets, simulators });
};

test("the check of a connection calls the channel's hosts, and no other", async () => {
  const received: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers.authorization);
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const elsewhere = await checkCalling(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    deepEqual([elsewhere.is, received], ["bad", []]);
    // Nothing listens there: the call itself was made, and failed otherwise.
    const own = await checkCalling("https://localhost/");
    equal(own.is === "bad" && elsewhere.is === "bad" && own.reason !== elsewhere.reason, true);
  } finally {
    server.close();
  }
});

test("the check of a connection of the local stack calls its simulator, and never the channel", async () => {
  const received: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    received.push(url);
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const simulators = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    deepEqual(await checkCalling("https://localhost/shop", simulators), { is: "good" });
    deepEqual(received, ["/connections/market/north/localhost/shop"]);
  } finally {
    server.close();
  }
});
