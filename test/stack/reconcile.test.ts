import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { deliveriesAre, held, traceOf, until } from "../support/shop.ts";
import { THOROUGH } from "../support/thorough.ts";

/** Webhooks of a channel, and how many of them are lost. */
const amountsOf = (channel: string): [number, number] => {
  if (!THOROUGH) return [6, 2];
  return channel === "woocommerce" ? [100, 30] : [6, 2];
};
const CHANNELS = connectors.channels
  .filter(({ api }) => api !== undefined)
  .map(({ name }) => name)
  .filter((name) => THOROUGH || name === "woocommerce");

describe("webhooks that a channel never sent", () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
  });
  after(() => stack.stop());

  async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${stack.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    equal(answer.status, 200, path);
    return (await answer.json()) as Record<string, unknown>;
  }

  for (const channel of CHANNELS) {
    const connection = `${channel}/demo`;
    const [SENT, LOST] = amountsOf(channel);
    test(`${channel}: of ${SENT} orders ${LOST} lost theirs; a poll finds them, and each exists once at every provider`, async () => {
      const sandbox = `/sandbox/channels/${connection}`;
      const ids: string[] = [];
      const lost: string[] = [];
      for (let count = 0; count < SENT; count++) {
        const isLost = count % Math.floor(SENT / LOST) === 0 && lost.length < LOST;
        if (isLost) await post(`${sandbox}/faults`, { fault: "drop-webhook", times: 1 });
        const { orderId, status } = await post(`${sandbox}/send`, {});
        // 202: put on the connection's queue.
        ok(isLost ? status === null : status === 200 || status === 202, `${status}`);
        (isLost ? lost : ids).push(String(orderId));
      }
      for (const id of ids) await deliveriesAre(stack, id, ["created"], 60, connection);
      // The schedule starts paused: until here nothing has found them.
      for (const id of lost) equal(await traceOf(stack, id, connection), undefined);

      deepEqual(await post("/sandbox/reconcile", { paused: false }), { paused: false });
      for (const id of lost) await deliveriesAre(stack, id, ["created"], 60, connection);
      deepEqual(await post("/sandbox/reconcile", { paused: true }), { paused: true });
      for (const id of [...ids, ...lost]) {
        for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1, `${provider} ${id}`);
      }
      for (const id of lost) {
        equal((await traceOf(stack, id, connection))?.events[0]?.topic, "poll");
      }
    });
  }

  test("paused, it calls no API and uses up no fault; a host that is started again keeps to it", async () => {
    const [channel = ""] = CHANNELS;
    const api = stack.channels.find(channel, "demo")?.api;
    const lists = () => api?.calls.filter(({ kind }) => kind === "list").length ?? 0;
    await post("/sandbox/reconcile", { paused: true });
    const before = lists();
    const pid = stack.host.pid();
    process.kill(pid, "SIGKILL");
    await until(
      () => stack.host.pid() !== pid,
      20,
      () => pid,
    );
    await stack.host.ready();
    await post("/sandbox/reconcile", { paused: true });
    equal(lists(), before);
    await post("/sandbox/reconcile", { paused: false });
    await until(() => lists() > before, 30, lists);
    await post("/sandbox/reconcile", { paused: true });
    for (const wrong of [{}, { paused: "yes" }, { paused: true, other: 1 }]) {
      const answer = await fetch(`${stack.url}/sandbox/reconcile`, { method: "POST", body: JSON.stringify(wrong) });
      equal(answer.status, 400, JSON.stringify(wrong));
    }
  });

  test("its log names connections without a list, and no ID of a buyer or order", () => {
    const log = readFileSync(join(stack.logFolder, "order-relay-local-reconcile.log"), "utf8");
    ok(log.includes("reconcile.passed"));
    ok(/reconcile\.unlisted.*standard\/demo|standard\/demo.*reconcile\.unlisted/.test(log));
  });
});
