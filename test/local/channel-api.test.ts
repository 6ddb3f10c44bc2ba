import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { createOpenClient } from "../../functions/open-client.ts";
import { createKeyFetcher } from "../../functions/receive-webhook/fetch-key.ts";
import { startQueuesAndBuckets } from "../../local/aws/queues-and-buckets.ts";
import { startChannelSandbox } from "../../local/simulators/channel-sandbox.ts";
import type { ChannelSimulatorKind, SimulatedConnection } from "../../local/simulators/channel-simulator.ts";
import { startSandbox } from "../../local/simulators/sandbox.ts";
import { createSurface } from "../../local/surface.ts";
import { http } from "../../shared/connector/http.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { Connection } from "../../shared/stage/config.ts";
import { memorySecret } from "../support/memory-secret.ts";
import { bazaar, bazaarSimulator } from "./bazaar-channel.ts";

const SECRETS: Record<string, Record<string, unknown>> = {
  "bazaar/app": { clientId: "app-1", signingSecrets: ["k"], url: "https://relay.example/webhooks/bazaar/app" },
  "bazaar/north": { refreshToken: "of-north" },
  "bazaar/south": { refreshToken: "of-south" },
};

const unused = () => Promise.reject(new Error("no test calls it"));
const noRange = () => {
  throw new Error("no test calls it");
};
const table: Table = { get: unused, partition: unused, range: noRange, put: unused, delete: unused };

async function listen(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

/** Two shops of one app: their simulators, the surface over them, and the API clients that route-order opens. */
async function market(t: TestContext, kind: ChannelSimulatorKind = bazaarSimulator) {
  const webhooks: { path: string; body: string }[] = [];
  const stackUrl = await listen(t, async (request, response) => {
    const chunks = await request.toArray();
    webhooks.push({ path: request.url ?? "", body: Buffer.concat(chunks).toString() });
    response.end();
  });
  const shops = ["north", "south"].map(
    (name): SimulatedConnection => ({
      ...{ channel: "bazaar", name, shop: `shop-${name}`, endpointName: "app" },
      ...{ endpoint: SECRETS["bazaar/app"] ?? {}, credentials: SECRETS[`bazaar/${name}`] ?? {} },
    }),
  );
  const channels = await startChannelSandbox(shops, { stackUrl, kindOf: async () => kind });
  const providers = await startSandbox();
  const queues = await startQueuesAndBuckets();
  t.after(() => Promise.all([channels.stop(), providers.stop(), queues.stop()]));
  const surface = createSurface({
    channels,
    providers,
    queues,
    readTrace: unused,
    pauseReconcile: unused,
    health: () => ({}),
  });
  const surfaceUrl = await listen(t, async (request, response) => {
    const { status, body } = (await surface(request)) ?? { status: 404, body: {} };
    response.writeHead(status).end(JSON.stringify(body));
  });

  async function ask(method: string, path: string, body?: unknown) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${surfaceUrl}/sandbox/channels/bazaar/${path}`, {
      method,
      ...(text && { body: text }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const openClient = createOpenClient({
    secrets: { read: async (_kind, path, schema) => schema.parse(SECRETS[path]) },
    versionedSecret: () => memorySecret(),
    ...{ table, callTimeout: 500, simulators: channels.url },
  });
  const fetchOrder = async (name: string, id: string) => {
    const connection = Connection.parse({ channel: "bazaar", name, key: name, endpoint: "app", shop: `shop-${name}` });
    return (await openClient(bazaar, connection, Date.now() + 60_000)).order(id);
  };
  const callsOf = (name: string) => channels.find("bazaar", name)?.api?.calls ?? [];
  return { ask, fetchOrder, callsOf, webhooks, channels };
}

test("send stores the order in the API's shape and posts a thin webhook to the endpoint that the shops share", async (t) => {
  const { ask, fetchOrder, webhooks } = await market(t);
  const { status, body } = await ask("POST", "south/send", { order: { lines: [{ sku: "DEMO-CAP", quantity: 3 }] } });
  deepEqual([status, body], [200, { status: 200, orderId: "820982911946154508" }]);
  deepEqual(webhooks, [
    {
      path: "/webhooks/bazaar/app",
      body: '{"topic":"order.paid","shop":"shop-south","id":"820982911946154508"}',
    },
  ]);
  const fetched = await fetchOrder("south", "820982911946154508");
  ok(fetched !== "gone");
  deepEqual(
    fetched.order.lines.map(({ sku, quantity }) => [sku, quantity]),
    [["DEMO-CAP", 3]],
  );
  equal(await fetchOrder("north", "820982911946154508"), "gone");
});

test("PUT stores what the API answers, to the digit, and GET shows it", async (t) => {
  const { ask, fetchOrder, channels } = await market(t);
  await ask("POST", "north/send");
  const sent = channels.find("bazaar", "north")?.api?.book.orders.get("820982911946154508") ?? "";
  match(sent, /^\{"id":820982911946154508,/);
  const changed = sent.replace('"DEMO-TEE-M"', '"DEMO-PUT"').replace("{", '{ "weight": 1.50, ');
  deepEqual(await ask("PUT", "north/orders/820982911946154508", changed), {
    status: 200,
    body: { orderId: "820982911946154508" },
  });
  equal(channels.find("bazaar", "north")?.api?.book.orders.get("820982911946154508"), changed);
  const fetched = await fetchOrder("north", "820982911946154508");
  equal(fetched === "gone" ? fetched : fetched.order.lines[0]?.sku, "DEMO-PUT");
  const shown = (await ask("GET", "north")).body["orders"] as { id: string; resource: { id: string } }[];
  deepEqual(
    shown.map(({ id, resource }) => [id, resource.id]),
    [["820982911946154508", "820982911946154508"]],
  );
  await ask("PUT", "north/orders/A%2F1", sent);
  ok((await fetchOrder("north", "A/1")) !== "gone");
  equal((await ask("PUT", "north/orders/1", "{")).status, 400);
});

test("PUT of resources sets what several paths answer, long numbers kept", async (t) => {
  const { ask, channels } = await market(t);
  const resources = '{"resources":{"/v2/orders/7/products":[{"id":820982911946154508}],"/v2/orders/7":{"total":1.50}}}';
  deepEqual(await ask("PUT", "north/orders/7", resources), {
    status: 200,
    body: { orderId: "7", resources: ["/v2/orders/7/products", "/v2/orders/7"] },
  });
  const get = async (path: string, method: "GET" | "POST" = "GET") => {
    const url = `${channels.url}/connections/bazaar/north/api.bazaar.example${path}`;
    return (await http({ method, url, timeout: 5000 })).text;
  };
  equal(await get("/v2/orders/7/products?limit=5"), '[{"id":820982911946154508}]');
  equal(await get("/v2/orders/7"), '{"total":1.50}');
  ok(!(await get("/v2/orders/7", "POST")).includes("total"));
  for (const wrong of ['{"resources":{"v2/orders":1}}', '{"resources":[]}', '{"resources":null}']) {
    const { status, body } = await ask("PUT", "north/orders/7", wrong);
    equal(status, 400, wrong);
    ok(typeof body["message"] === "string");
  }
});

test("an API's fault strikes the next call of its kind, once each, and never another shop's", async (t) => {
  const { ask, fetchOrder, callsOf } = await market(t);
  await ask("POST", "north/send");
  const id = "820982911946154508";
  const strike = (fault: string, on?: string) => ask("POST", "north/faults", { fault, times: 1, ...(on && { on }) });

  deepEqual(await strike("error-500"), { status: 200, body: { fault: "error-500", times: 1 } });
  await rejects(fetchOrder("north", id), { name: "Unavailable", message: /500/ });
  await strike("throttle");
  await rejects(fetchOrder("north", id), { name: "Throttled", retryAfter: 1000 });
  await strike("timeout");
  await rejects(fetchOrder("north", id), { name: "HttpFailure", kind: "timeout" });
  await strike("not-found-yet");
  equal(await fetchOrder("north", id), "gone");
  await strike("shop-closed");
  await rejects(fetchOrder("north", id), { message: /423/ });
  ok((await fetchOrder("north", id)) !== "gone");
  equal(callsOf("north").filter(({ kind }) => kind === "token").length, 1);

  await strike("token-expired");
  ok((await fetchOrder("north", id)) !== "gone");
  equal(callsOf("north").filter(({ kind }) => kind === "token").length, 2);
  deepEqual(
    callsOf("north").flatMap(({ fault }) => fault ?? []),
    ["error-500", "throttle", "timeout", "not-found-yet", "shop-closed", "token-expired"],
  );

  await strike("error-500", "list");
  ok((await fetchOrder("north", id)) !== "gone");
  await strike("error-500", "token");
  await strike("error-500");
  await ask("POST", "north/faults", { fault: "error-500", times: 0 });
  ok((await fetchOrder("north", id)) !== "gone");
  await strike("token-expired");
  await rejects(fetchOrder("north", id), { name: "Misconfigured", message: /500/ });
  await strike("error-500");
  equal(await fetchOrder("south", id), "gone");
});

test("a fault that it does not have, or one about webhooks with a kind of call, is refused", async (t) => {
  const { ask } = await market(t);
  for (const wrong of [
    { fault: "no-such" },
    { fault: "constructor" },
    { fault: "error-500", on: "checkout" },
    { fault: "drop-webhook", on: "fetch" },
  ]) {
    equal((await ask("POST", "north/faults", wrong)).status, 400, JSON.stringify(wrong));
  }
  const { faults } = (await ask("GET", "north")).body;
  for (const fault of [
    "drop-webhook",
    "error-500",
    "throttle",
    "timeout",
    "not-found-yet",
    "token-expired",
    "shop-closed",
  ]) {
    ok((faults as string[]).includes(fault), fault);
  }
});

test("a shop's refresh token opens that shop only, and a channel without an API has none", async (t) => {
  const { channels } = await market(t);
  const token = (name: string, refresh: string) =>
    http({
      ...{ method: "POST", url: `${channels.url}/connections/bazaar/${name}/api.bazaar.example/oauth/token` },
      ...{ body: `client_id=app-1&refresh_token=${refresh}`, timeout: 5000 },
    });
  equal((await token("north", "of-north")).status, 200);
  equal((await token("north", "of-south")).status, 400);
  equal((await token("west", "of-north")).status, 404);
  const { api: _, ...plain } = bazaarSimulator;
  const other = await market(t, plain);
  equal((await other.ask("PUT", "north/orders/1", {})).status, 404);
  deepEqual((await other.ask("GET", "north")).body["faults"], ["drop-webhook"]);
});

test("a signing key is fetched from the simulator of the endpoint", async (t) => {
  const { channels, callsOf } = await market(t);
  const fetchKey = createKeyFetcher({ simulators: channels.url });
  const source = { endpoint: "bazaar/app", hosts: bazaar.hosts };
  equal(await fetchKey(source, { url: "https://api.bazaar.example/keys/1" }), "PEM");
  deepEqual(callsOf("north"), [{ kind: "other", path: "/keys/1" }]);
  equal(await fetchKey(source, { url: "https://keys.elsewhere.example/keys/1" }), undefined);
  equal(callsOf("north").length, 1);
});
