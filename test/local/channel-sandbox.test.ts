import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { createSqsClient } from "../../local/aws/sqs-client.ts";
import { loadChannelSimulator } from "../../local/simulators/load-simulator.ts";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { deliveriesAre, held, traceOf, until } from "../support/shop.ts";
import { THOROUGH } from "../support/thorough.ts";

const API_FAULTS = THOROUGH
  ? ["error-500", "throttle", "timeout", "not-found-yet", "token-expired"]
  : ["error-500", "not-found-yet"];

/** All channels send at the same time: two busy cores take a while, s. */
const PATIENCE = 240;

let stack: LocalStack;
before(async () => {
  stack = await startStack({ assembly: await localAssembly() });
});
after(() => stack.stop());

interface Answer {
  status: number;
  body: { status?: number | null; orderId?: string; message?: string };
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(`${stack.url}/sandbox/channels/${path}`, {
    method,
    ...(text !== undefined && { body: text }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}
const send = (connection: string, body?: unknown) => ask("POST", `${connection}/send`, body);

async function sent(connection: string, body?: unknown): Promise<string> {
  const answer = await send(connection, body);
  equal(answer.status, 200, answer.body.message);
  const channel = connectors.channels.find(({ name }) => connection === `${name}/demo`);
  equal(answer.body.status, channel?.endpoint === "queue" ? 202 : 200);
  return answer.body.orderId ?? "";
}

/** The order's state once the ledger has so many events of it. */
async function traced(connection: string, orderId: string, events: number) {
  const read = () => traceOf(stack, orderId, connection);
  return until(
    async () => {
      const trace = await read();
      return trace?.eventCount === events ? trace : undefined;
    },
    PATIENCE,
    read,
  );
}

const TYPE = "content-type";

// Side by side: a test mostly waits for its order, and one invocation takes the orders of several channels.
describe("the channels' simulators", { concurrency: true }, () => {
  for (const { name: channel, api, verification } of connectors.channels) {
    const hasApi = api !== undefined;
    const covers = verification?.covers ?? "nothing";
    const connection = `${channel}/demo`;
    describe(`the simulator of ${channel}`, { concurrency: 1 }, () => {
      test("an empty request sends a new paid order, which becomes one order at each provider", async () => {
        const id = await sent(connection);
        await deliveriesAre(stack, id, ["created"], PATIENCE, connection);
        for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1, provider);
        notEqual(await sent(connection), id);
      });

      test("what the request says of the order arrives at the providers", async () => {
        const order = {
          lines: [{ sku: "DEMO-MUG-BLUE", quantity: 3 }],
          shippingAddress: { name: "Grace Hopper", street1: "3 Harbour Road" },
        };
        const id = await sent(connection, { order });
        await deliveriesAre(stack, id, ["created"], PATIENCE, connection);
        const [atS2] = held(stack, "s2", id);
        const request = JSON.stringify(atS2?.request);
        for (const part of ["Grace", "3 Harbour Road", "Louisville", "40202"]) ok(request.includes(part), part);
        match(request, /"quantity":"?3\b/);
      });

      test("an event of an order that the channel has leaves the rest of it as it was", async () => {
        const id = await sent(connection, { order: { financialState: "pending", lines: [{ sku: "DEMO-CAP" }] } });
        equal((await traced(connection, id, 1)).state, "held");
        await sent(connection, { order: { id, financialState: "paid" } });
        await deliveriesAre(stack, id, ["created"], PATIENCE, connection);
        const known = stack.channels.find(channel, "demo")?.orders();
        deepEqual(
          known?.find((order) => order.id === id)?.order?.lines.map(({ sku }) => sku),
          ["DEMO-CAP"],
        );
      });

      testIf(
        covers !== "nothing",
        "a webhook that was changed on its way, or signed with another key, is refused and leaves no trace",
        async () => {
          const simulator = stack.channels.find(channel, "demo");
          ok(simulator);
          const { orderId, webhooks } = simulator.compose({});
          ok(webhooks.length > 0);
          for (const { headers, body } of webhooks) {
            if (covers.includes("body")) equal(await simulator.deliver({ headers, body: `${body} ` }), 401);
            const isInHeaders = Object.keys(headers).some((name) => name !== TYPE);
            if (!isInHeaders) {
              equal(await simulator.deliver({ headers, body: body.slice(0, -1) }), 401);
              continue;
            }
            // Which header holds the proof is the channel's own.
            const other = Object.entries(headers).map(([name, value]) => [name, name === TYPE ? value : `A${value}`]);
            equal(await simulator.deliver({ headers: Object.fromEntries(other), body }), 401);
            equal(await simulator.deliver({ headers: { [TYPE]: "application/json" }, body }), 401);
          }
          equal(await traceOf(stack, orderId, connection), undefined);
          for (const webhook of webhooks) equal(await simulator.deliver(webhook), 200);
          equal((await traced(connection, orderId, webhooks.length)).state, "recorded");
        },
      );

      test("a request with an unknown field or a wrong type is refused with the field's path, and nothing is sent", async () => {
        const orders = () => stack.channels.find(channel, "demo")?.orders().length;
        const before = orders();
        for (const [body, path] of [
          [{ orders: {} }, "orders"],
          [{ topic: 7 }, "topic"],
          [{ topic: "" }, "topic"],
          [{ order: [] }, "order"],
          [{ order: { colour: null } }, "colour"],
          [{ order: { lines: [{ sku: 7 }] } }, "order.lines.0.sku"],
          [{ order: { lines: [{ quantity: -1 }] } }, "order.lines.0.quantity"],
          [{ order: { lines: [{ size: "M" }] } }, "size"],
          [{ order: { shippingAddress: { country: "Nowhere" } } }, "order.shippingAddress.country"],
          [{ order: { shippingAddress: { county: "Kent" } } }, "county"],
          [{ order: { updatedAt: "yesterday" } }, "order.updatedAt"],
          [{ order: { total: "much" } }, "order.total"],
          [{ order: { financialState: "rich" } }, "order.financialState"],
          ["[", "not valid JSON"],
          ["7", "The body"],
        ] as const) {
          const { status, body: answer } = await send(connection, body);
          equal(status, 400, JSON.stringify(body));
          ok(answer.message?.includes(path), `${JSON.stringify(body)}: ${answer.message}`);
        }
        equal(orders(), before);
      });

      test("drop-webhook: the channel has the order, nothing is sent; later ones are sent again", async () => {
        deepEqual(await ask("POST", `${connection}/faults`, { fault: "drop-webhook", times: 1 }), {
          status: 200,
          body: { fault: "drop-webhook", times: 1 },
        });
        const { status, body } = await send(connection, {});
        deepEqual([status, body.status], [200, null]);
        const shown = (await ask("GET", connection)).body as { orders?: { id: string }[]; faults?: string[] };
        ok(shown.orders?.some(({ id }) => id === body.orderId));
        ok(shown.faults?.includes("drop-webhook"));
        const next = await sent(connection);
        await traced(connection, next, 1);
        equal(await traceOf(stack, body.orderId ?? "", connection), undefined);
        for (const wrong of [
          { fault: "no-such" },
          { fault: "drop-webhook", times: -1 },
          { fault: "drop-webhook", on: "list" },
        ]) {
          equal((await ask("POST", `${connection}/faults`, wrong)).status, 400, JSON.stringify(wrong));
        }
      });

      test("an order is stored in its API, or it has none and its connector calls none", async () => {
        const api = stack.channels.find(channel, "demo")?.api;
        const { status, body } = await ask("PUT", `${connection}/orders/put-1`, { of: "the test" });
        equal(status, api ? 200 : 404);
        if (!api) match(body.message ?? "", new RegExp(channel));
        equal(api?.book.orders.get("put-1"), api && '{"of":"the test"}');
        equal(api !== undefined, hasApi);
        deepEqual(((await ask("GET", connection)).body as { subscriptions?: unknown }).subscriptions, []);
      });

      testIf(hasApi, "an order whose fetch fails becomes one order once the API answers", async () => {
        const simulator = stack.channels.find(channel, "demo");
        const { fetched } = await loadChannelSimulator(channel);
        const ids: string[] = [];
        for (const fault of API_FAULTS) {
          equal((await ask("POST", `${connection}/faults`, { fault, times: 1 })).status, 200);
          ids.push(await sent(connection, { order: fetched }));
          // The order's own fetch has the fault, not the next one's.
          const failed = () => simulator?.api?.calls.some((call) => call.fault === fault);
          await until(failed, PATIENCE, () => fault);
        }
        for (const id of ids) {
          await deliveriesAre(stack, id, ["created"], PATIENCE, connection);
          for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1, provider);
        }
      });
    });
  }
});

/** A test of what only some channels have. Skipping it would read as if the machine lacked something. */
function testIf(applies: boolean, title: string, run: () => Promise<void>): void {
  if (applies) test(title, run);
}

test("an unknown channel or connection is a 404 that lists those there are", async () => {
  for (const path of ["shopify/other", "no-such/demo", "constructor/demo"]) {
    for (const answer of [await send(path, {}), await ask("GET", path), await ask("PUT", `${path}/orders/1`, {})]) {
      equal(answer.status, 404, path);
      for (const { name } of connectors.channels) ok(answer.body.message?.includes(`${name}/demo`), name);
    }
  }
});

test("Amazon: a notification that is put on the queue of GET /health becomes an order, another seller's a dead letter", async () => {
  const { queues } = (await (await fetch(`${stack.url}/health`)).json()) as { queues: Record<string, string> };
  const url = queues["amazon/demo"] ?? "";
  match(url, /\/order-relay-local-notifications-amazon-demo$/);
  const sqs = createSqsClient(stack.aws.url, "operator");
  const amazon = stack.channels.find("amazon", "demo");
  const compose = () => amazon?.compose({}) ?? { orderId: "", webhooks: [] };
  const [own, wrapped, others] = [compose(), compose(), compose()];
  const [notification, detail, foreign] = [own, wrapped, others].map(({ webhooks }) => webhooks[0]?.body ?? "");
  await sqs.send(url, foreign?.replace("A1DEMOSELLER00", "A9SOMEONEELSE0") ?? "");
  await sqs.send(url, notification ?? "");
  await sqs.send(
    url,
    JSON.stringify({ version: "0", "detail-type": "ORDER_CHANGE", detail: JSON.parse(detail ?? "") }),
  );
  for (const { orderId } of [own, wrapped]) {
    await deliveriesAre(stack, orderId, ["created"], PATIENCE, "amazon/demo");
    for (const provider of stack.sandbox.providers) equal(held(stack, provider, orderId).length, 1, provider);
  }
  const dead = () =>
    stack.deadLetters().find(({ queue }) => queue === "order-relay-local-notifications-amazon-demo-dlq")?.messages ??
    [];
  await until(async () => dead().length === 1, PATIENCE, dead);
  ok(dead()[0]?.body.includes(others.orderId), "raw and whole");
  equal(await traceOf(stack, others.orderId, "amazon/demo"), undefined);
});

test("Shopify: a topic says what happened to the order", async () => {
  const id = await sent("shopify/demo", { topic: "orders/create", order: { financialState: "pending" } });
  await sent("shopify/demo", { topic: "orders/cancelled", order: { id } });
  const { state, events } = await traced("shopify/demo", id, 2);
  equal(state, "cancelled");
  deepEqual(events.map(({ topic }) => topic).sort(), ["orders/cancelled", "orders/create"]);

  const deleted = await sent("shopify/demo", { order: { financialState: "pending" } });
  await traced("shopify/demo", deleted, 1);
  await sent("shopify/demo", { topic: "orders/delete", order: { id: deleted } });
  equal((await traced("shopify/demo", deleted, 2)).state, "cancelled");
});

test("Shopify: what it cannot have is refused: a topic it does not know, an ID that is no number", async () => {
  const topic = await send("shopify/demo", { topic: "orders/paused" });
  equal(topic.status, 400);
  match(topic.body.message ?? "", /orders\/paused.*orders\/create/);
  const id = await send("shopify/demo", { order: { id: "A-17" } });
  equal(id.status, 400);
  match(id.body.message ?? "", /A-17/);
});
