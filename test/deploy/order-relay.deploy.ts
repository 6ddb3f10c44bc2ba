import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pages } from "../../console/pages.ts";
import type { Trace } from "../../shared/ledger/trace.ts";
import { queueName } from "../../shared/stage/names.ts";
import { newOrderId, shopifyBody, shopifySends, standardSends, until } from "../support/shop.ts";
import { Deployment, STAGE, succeeded } from "./deployment.ts";

let relay: Deployment;
before(async () => {
  relay = await Deployment.start();
  await relay.deploy("first");
});
after(() => relay?.stop());

/** Known to the ledger when the stage is deployed again. */
const knownId = newOrderId();

const traceOf = (orderId: string, path = "shopify/demo"): Promise<Trace | undefined> => {
  const [channel = "", connection = ""] = path.split("/");
  return relay.trace({ channel, connection, orderId });
};

/** Waits until each delivery of an order is in that state. */
const deliveriesAre = (orderId: string, states: Record<string, string>, path?: string, seconds = 90): Promise<Trace> =>
  until(
    async () => {
      const trace = await traceOf(orderId, path);
      const now = Object.fromEntries(trace?.deliveries.map(({ destination, state }) => [destination, state]) ?? []);
      return trace && Object.entries(states).every(([destination, state]) => now[destination] === state) && trace;
    },
    seconds,
    () => traceOf(orderId, path),
  );

const ordersAt = (provider: string, orderId: string) =>
  relay.sandbox.orders(provider).filter(({ reference }) => reference.includes(orderId));
const counts = (orderId: string, providers = ["kakaclo", "s2", "shoplazza"]) =>
  Object.fromEntries(providers.map((provider) => [provider, ordersAt(provider, orderId).length]));

test("the account holds what was synthesised: queues with their dead letters, event sources with their limits", async () => {
  const assembly = relay.assembly;
  ok(assembly && assembly.queues.length > 0 && assembly.queueSources.length > 0);
  for (const { name, attributes } of assembly.queues) {
    const deployed = await relay.queueAttributes(name);
    for (const [key, value] of Object.entries(attributes))
      equal(normal(deployed[key]), normal(value), `${name} ${key}`);
  }
  deepEqual(
    (await relay.eventSources()).sort(bySource),
    assembly.queueSources.map(({ windowMs: _, ...source }) => source).sort(bySource),
  );
});

test("`npm run secrets` found every secret empty, filled them, and the providers took them", () => {
  const [before = "", after = ""] = relay.secretsSaid.split("This will:");
  for (const secret of ["endpoints/shopify", "endpoints/standard", "destinations/kakaclo", "destinations/s2"]) {
    match(before, new RegExp(`missing +${secret}/demo `));
    match(after, new RegExp(`filled +${secret}/demo\\n`));
  }
  match(after, /destinations\/kakaclo\/demo: good\n +destinations\/s2\/demo: good\n$/);
});

test("a signed webhook becomes exactly one order at each provider, however often it comes", async () => {
  const body = shopifyBody({ id: knownId });
  const answers = await Promise.all(Array.from({ length: 5 }, () => shopifySends(relay, "orders/paid", body)));
  deepEqual(answers, [200, 200, 200, 200, 200]);
  await deliveriesAre(knownId, { "kakaclo/demo": "created", "s2/demo": "created" });
  equal(await shopifySends(relay, "orders/updated", body), 200);
  const trace = await until(
    async () => {
      const seen = await traceOf(knownId);
      return seen?.eventCount === 6 && seen;
    },
    60,
    () => traceOf(knownId),
  );
  deepEqual(trace.events.map(({ outcome }) => outcome).sort(), [...Array(4).fill("duplicate"), "recorded", "updated"]);
  deepEqual(counts(knownId), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

test("a forged webhook is refused and leaves no trace; an endpoint that is not configured answers 404", async () => {
  const id = newOrderId();
  const forged = { "x-shopify-hmac-sha256": Buffer.alloc(32).toString("base64") };
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id }), forged), 401);
  equal(
    (await fetch(`${relay.url}/webhooks/shopify/other`, { method: "POST", body: shopifyBody({ id }) })).status,
    404,
  );
  // Any effect of the forgery would show before this order is created.
  const after = newOrderId();
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id: after })), 200);
  await deliveriesAre(after, { "kakaclo/demo": "created", "s2/demo": "created" });
  equal(await traceOf(id), undefined);
  deepEqual(counts(id), { kakaclo: 0, s2: 0, shoplazza: 0 });
});

test("an event above SQS's 1 MiB goes through S3", async () => {
  const id = newOrderId();
  const filling = Array.from({ length: 40 }, (_, n) => ({
    name: `n${n}`,
    value: randomBytes(30_000).toString("base64"),
  }));
  const body = shopifyBody({ id }).replace(`"line_items"`, `"note_attributes":${JSON.stringify(filling)},"line_items"`);
  equal(await shopifySends(relay, "orders/paid", body), 200);
  await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "created" });
  deepEqual(counts(id), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

test("an order that one provider rejects is in its DLQ and at the other provider; after a redrive it is created", async () => {
  const id = newOrderId();
  relay.sandbox.setFault("s2", "reject");
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id })), 200);
  const trace = await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "rejected" });
  ok(trace.deliveries.find(({ state }) => state === "rejected")?.reason);

  const deadLetters = queueName.destinationDeadLetters(STAGE, "s2/demo");
  const moved = await relay.redrive(deadLetters, queueName.destination(STAGE, "s2/demo"), (body) => body.includes(id));
  match(moved, new RegExp(`npm run order -- --stage ${STAGE} shopify/demo/${id}`));
  await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "created" });
  deepEqual(counts(id), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

test("the operator repairs a rejected order: reads its reason, maps its SKU, sends it again, clears its dead letter", async () => {
  const id = newOrderId();
  const order = `shopify/demo/${id}`;
  const [queue, deadLetters] = [
    queueName.destination(STAGE, "s2/demo"),
    queueName.destinationDeadLetters(STAGE, "s2/demo"),
  ];
  // No simulator has the SKU. The catalog maps it for KakaClo before the order comes; for S2 the mapping is missing.
  const file = relay.file("products.csv", "sku,providerSku\nSHOP-1,DEMO-TEE-M\n");
  succeeded(await relay.operate("catalog", "--destination", "kakaclo/demo", file, "--yes"));
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id, sku: "SHOP-1" })), 200);
  await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "rejected" });

  // Until SQS moves the message to the DLQ, SQS counts one dead letter fewer than the ledger.
  const lying = async () => Number((await relay.queueAttributes(deadLetters))["ApproximateNumberOfMessages"]);
  await until(async () => (await lying()) === 1, 60, lying);
  const waiting = await relay.operate("failed");
  succeeded(waiting);
  match(waiting.output, /^s2\/demo: 1 rejected: SHOP-1 is the SKU of no product of s2\/demo: .*npm run catalog/);
  ok(waiting.output.includes(`  ${order}  `), waiting.output);
  const advice = `npm run order -- --stage ${STAGE} --stages test/deploy/first ${order} --send s2/demo\n`;
  ok(waiting.output.endsWith(advice), waiting.output);

  const story = await relay.operate("order", order);
  succeeded(story);
  match(
    story.output,
    /kakaclo\/demo {2}created\n(.*\n)* {2}s2\/demo {2}rejected\n(.*\n)* +reason: SHOP-1 is the SKU of no/,
  );

  succeeded(await relay.operate("catalog", "--destination", "s2/demo", file, "--yes"));
  const sent = await relay.operate("order", order, "--send", "s2/demo", "--yes");
  succeeded(sent);
  match(sent.output, new RegExp(`dead letter may still be in ${deadLetters}\\. Once s2/demo has ended`));
  const trace = await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "created" });
  match(trace.events.at(-1)?.outcome ?? "", /^sent again to s2\/demo by arn:aws:iam::\d{12}:/);
  deepEqual(counts(id), { kakaclo: 1, s2: 1, shoplazza: 0 });
  const again = await relay.operate("order", order, "--send", "--yes");
  deepEqual([again.code, /s2\/demo has ended: created as /.test(again.output)], [1, true], again.output);

  match((await relay.operate("failed")).output, /^s2\/demo: 1 dead letter without a matching open delivery\n/);
  await relay.redrive(deadLetters, queue, (body) => body.includes(id));
  await until(
    () => isEmpty(queue),
    60,
    () => relay.queueAttributes(queue),
  );
  const nothing = "Nothing needs an operator, and nothing is overdue.\n";
  deepEqual(await relay.operate("failed"), { code: 0, output: nothing });
  deepEqual(counts(id), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

test("the scheduled due-time pass sends a delivery whose message was lost", async () => {
  const id = newOrderId();
  const queue = queueName.destination(STAGE, "s2/demo");
  await relay.setEventSource(queue, false);
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id })), 200);
  await relay.take(queue, (body) => body.includes(id));
  await relay.setEventSource(queue, true);
  await deliveriesAre(id, { "kakaclo/demo": "created", "s2/demo": "created" }, "shopify/demo", 150);
  deepEqual(counts(id), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

test("the console shows the deployed stage, by calls that docs/iam/operator.json allows", async (context) => {
  const { page, aws } = await relay.console();
  context.after(() => {
    page.stop();
    aws.stop();
  });
  for (const { page: shown } of pages) {
    if (shown.nav === undefined || shown.localOnly) continue;
    const answer = await page.get(shown.path);
    equal(answer.status, 200, `${shown.path}: ${await answer.text()}`);
  }
  const order = await page.get(`/console/orders/shopify/demo/${knownId}`);
  equal(order.status, 200);
  match(await order.text(), new RegExp(knownId));
  const actions = aws.actions();
  ok(actions.includes("cloudwatch:GetMetricData") && actions.includes("dynamodb:Query"), actions.join(", "));
  const policy = readFileSync(new URL("../../docs/iam/operator.json", import.meta.url), "utf8");
  deepEqual(
    actions.filter((action) => !policy.includes(`"${action}"`)),
    ["sts:GetCallerIdentity"],
  );
});

test("`cdk diff` finds no difference between the account and the stage file", async () => {
  const { code, output } = await relay.diff("first");
  equal(code, 0, output);
});

test("a second deployment with one more provider and route keeps the ledger: the known order is not sent again", async () => {
  const before = await traceOf(knownId);
  ok(before);
  await relay.deploy("second");
  deepEqual(relay.secretsSaid.match(/write \S+/g), ["write destinations/shoplazza/demo"]);
  match(relay.secretsSaid, /shoplazza\/demo: good\n$/);
  deepEqual(await traceOf(knownId), before);

  const body = shopifyBody({ id: knownId });
  equal(await shopifySends(relay, "orders/paid", body), 200);
  const again = await until(
    async () => {
      const seen = await traceOf(knownId);
      return seen?.eventCount === 7 && seen;
    },
    60,
    () => traceOf(knownId),
  );
  equal(again.events.at(-1)?.outcome, "stale", "orders/updated was triggered later");
  deepEqual(again.deliveries, before.deliveries);

  const [three, two] = [newOrderId(), newOrderId()];
  equal(await shopifySends(relay, "orders/paid", shopifyBody({ id: three })), 200);
  equal(await standardSends(relay, standardOrder(two)), 200);
  await deliveriesAre(three, { "kakaclo/demo": "created", "s2/demo": "created", "shoplazza/demo": "created" });
  await deliveriesAre(two, { "kakaclo/demo": "created", "s2/demo": "created" }, "standard/demo");
  deepEqual(counts(three), { kakaclo: 1, s2: 1, shoplazza: 1 });
  deepEqual(counts(two), { kakaclo: 1, s2: 1, shoplazza: 0 });
  deepEqual(counts(knownId), { kakaclo: 1, s2: 1, shoplazza: 0 });
});

const isEmpty = async (queue: string): Promise<boolean> => {
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await relay.queueAttributes(queue);
  return ApproximateNumberOfMessages === "0" && ApproximateNumberOfMessagesNotVisible === "0";
};

const bySource = (a: { queueArn: string }, b: { queueArn: string }) => (a.queueArn < b.queueArn ? -1 : 1);

/** Policies are JSON: the order of keys may differ, and numbers may be text. */
function normal(value: string | undefined): string | undefined {
  if (!value?.startsWith("{")) return value;
  const entries = Object.entries(JSON.parse(value) as object).map(([key, one]) => [
    key,
    JSON.stringify(one).replaceAll('"', ""),
  ]);
  return JSON.stringify(Object.fromEntries(entries.sort()));
}

const standardOrder = (id: string) => ({
  id,
  placedAt: "2026-11-20T14:00:00Z",
  updatedAt: "2026-11-20T14:00:00Z",
  currency: "USD",
  financialState: "paid",
  lines: [{ id: "1", sku: "DEMO-TEE-M", quantity: 2, unitPrice: "19.99" }],
  shippingAddress: {
    name: "Ada Byron",
    street1: "1 Main Street",
    city: "Louisville",
    province: "Kentucky",
    provinceCode: "KY",
    postcode: "40202",
    country: "US",
    phone: "+1 502 555 0100",
    email: "ada@example.invalid",
  },
});
