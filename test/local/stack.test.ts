import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { secretValues } from "../../local/secret-values.ts";
import { startStack } from "../../local/stack.ts";
import { startTinyStack, until } from "../support/tiny-stack.ts";

test("a busy port is reported in one sentence, before the synth", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await rejects(startStack({ port, assembly: "/nowhere" }), {
    name: "PortBusy",
    message: new RegExp(`^Port ${port} .*\\.$`),
  });
});

test("a stage that cannot be synthesised is refused with the app's own message", async () => {
  await rejects(startStack({ stage: "no-such-stage" }), { name: "StageRefused", message: /no-such-stage/ });
});

test("health shows all addresses", async (t) => {
  const stack = await startTinyStack(t, {});
  const health = await fetch(`${stack.url}/health`);
  equal(health.status, 200);
  deepEqual(await health.json(), {
    status: "ready",
    stage: "local",
    functionHostPid: stack.host.pid(),
    aws: { endpoint: stack.aws.url, region: "eu-central-1", account: "000000000000" },
    channelSimulators: stack.channels.url,
    queues: {},
    queueUrls: {
      "work-dlq": `${stack.aws.url}/000000000000/work-dlq`,
      work: `${stack.aws.url}/000000000000/work`,
    },
  });
});

test("dead letters are listed and moved back over HTTP", async (t) => {
  const stack = await startTinyStack(t, {
    visibilitySeconds: 1,
    maxReceiveCount: 1,
    reader: `export const handler = async ({ Records: [record] }) => {
      note(record.messageId);
      throw new Error("no");
    };`,
  });
  const id = stack.send("doomed");
  const list = async () => (await fetch(`${stack.url}/dead-letters`)).json();
  await until(() => stack.deadLetters()[0]?.messages.length === 1, "it is dead");
  deepEqual(await list(), [{ queue: "work-dlq", source: "work", messages: [{ messageId: id, body: "doomed" }] }]);
  deepEqual(await list(), [{ queue: "work-dlq", source: "work", messages: [{ messageId: id, body: "doomed" }] }]);

  const redrive = async (body?: object) =>
    fetch(`${stack.url}/dead-letters/redrive`, { method: "POST", ...(body && { body: JSON.stringify(body) }) });
  equal((await redrive({ queue: "work" })).status, 404);
  equal((await redrive({ queue: 7 })).status, 400);
  equal((await redrive({ messageIds: "old" })).status, 400);
  deepEqual(await (await redrive({ queue: "work-dlq", messageIds: "kept" })).json(), { moved: 1 });
  await until(() => stack.deadLetters()[0]?.messages.length === 1, "it is dead again");
  deepEqual(stack.notes(), [id, id]);
  deepEqual(await (await redrive()).json(), { moved: 1 });
  await until(() => stack.notes().length === 3, "it came back");
  ok(stack.notes()[2] !== id);
});

test("HTTP routes show the simulators' orders and set their faults", async (t) => {
  const { url, sandbox } = await startTinyStack(t, {});
  deepEqual(await (await fetch(`${url}/sandbox/kakaclo/orders`)).json(), []);
  const { faults } = (await (await fetch(`${url}/sandbox/kakaclo/faults`)).json()) as { faults: string[] };
  deepEqual(faults, sandbox.faults("kakaclo"));
  const set = (provider: string, body: string) => fetch(`${url}/sandbox/${provider}/faults`, { method: "POST", body });
  equal((await set("kakaclo", '{"fault":"throttle","times":2}')).status, 200);
  for (const wrong of ["{}", "[", '{"fault":"no-such"}', '{"fault":"throttle","times":-1}', ""]) {
    equal((await set("kakaclo", wrong)).status, 400, wrong);
  }
  equal((await set("constructor", '{"fault":"throttle"}')).status, 404);
  equal((await fetch(`${url}/sandbox/no-such/orders`)).status, 404);
});

test("every other path gives a 404 in JSON", async (t) => {
  const { url } = await startTinyStack(t, {});
  for (const [method, path] of [
    ["GET", "/nothing"],
    ["POST", "/webhooks/shopify/no-such"],
    ["GET", "/webhooks/constructor/x"],
    ["PUT", "/health"],
    ["GET", "/orders/shopify/demo"],
    ["PUT", "/sandbox/channels/no-such/demo/orders/1"],
    ["GET", "/dead-letters/redrive"],
  ] as const) {
    const answer = await fetch(url + path, { method });
    equal(answer.status, 404, `${method} ${path}`);
    ok((await answer.json()) as object);
  }
  equal((await fetch(`${url}/orders/shopify/demo/%E0%A4%A`)).status, 400);
});

test("secrets come from the file, with the simulators' address; the error for a missing one says where to write it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secrets.json");
  writeFileSync(file, '{"destinations":{"kakaclo/demo":{"baseUrl":"{sandbox}/kakaclo","token":"t"}}}');
  const spec = (path: string) => ({
    name: `order-relay/local/${path}`,
    description: "JSON with token",
    generated: false,
  });
  const known = spec("destinations/kakaclo/demo");
  const values = secretValues([known], "http://127.0.0.1:1", file);
  equal(values.get(known.name), '{"baseUrl":"http://127.0.0.1:1/kakaclo","token":"t"}');
  for (const path of ["destinations/s2/demo", "endpoints/shopify/demo", "destinations/constructor"]) {
    const missing = () => secretValues([spec(path)], "", file);
    const [kind = "", ...rest] = path.split("/");
    match(said(missing), new RegExp(`^local/secrets.json lacks "${rest.join("/")}" under "${kind}".*JSON with token$`));
  }
});

function said(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not throw");
}
