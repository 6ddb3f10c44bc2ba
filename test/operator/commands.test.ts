import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { webhookCommand } from "../../local/webhook.ts";
import { catalogCommand } from "../../operator/catalog.ts";
import { eraseCommand } from "../../operator/erase.ts";
import { failedCommand } from "../../operator/failed.ts";
import { orderCommand } from "../../operator/order.ts";
import { secretsCommand } from "../../operator/secrets.ts";
import { catalogEntry } from "../../shared/ledger/catalog.ts";
import { bodyKey, deliveryKey, errorTextKey, orderKey } from "../../shared/ledger/order-key.ts";
import { createTable, type Key } from "../../shared/ledger/table.ts";
import { tableName } from "../../shared/stage/names.ts";
import { createLedgerTable } from "../support/ledger-table.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { runOperatorCommand as run, type Said } from "../support/run-operator-command.ts";
import { deliveriesAre, held, newOrderId, shopifyBody, shopifySends, traceOf, until } from "../support/shop.ts";

const STAGE = ["--stage", "local"];

describe("the operator's commands at the local stack", () => {
  let stack: LocalStack;
  let dynamo: DynamoDBClient;
  const folder = mkdtempSync(join(tmpdir(), "order-relay-operator-"));
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
    const credentials = { accessKeyId: "LOCALoperator", secretAccessKey: "local" };
    dynamo = new DynamoDBClient({ endpoint: stack.aws.url, region: stack.region, credentials });
  });
  after(async () => {
    dynamo.destroy();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const order = (id: string, ...words: string[]): Promise<Said> =>
    run(orderCommand, [...STAGE, `shopify/demo/${id}`, ...words], stack);
  const failed = async (): Promise<{
    groups: { destination: string; kind: string; reason: string; next: string; waiting: { order: string }[] }[];
    moreDeadLetters: { destination: string; queue: string; count: number }[];
  }> => JSON.parse((await run(failedCommand, [...STAGE, "--json"], stack)).out);
  const waitsAt = async (id: string): Promise<string[]> =>
    (await failed()).groups
      .filter(({ waiting }) => waiting.some((one) => one.order.endsWith(id)))
      .map(({ destination }) => destination)
      .sort();
  const deadLetters = (): number => stack.deadLetters().reduce((sum, { messages }) => sum + messages.length, 0);

  async function itemOf(key: Key) {
    const { Item = {} } = await dynamo.send(new GetItemCommand({ TableName: tableName("local"), Key: marshall(key) }));
    return unmarshall(Item);
  }

  async function rejectedOrder(sku?: string): Promise<string> {
    const id = newOrderId();
    if (sku === undefined)
      for (const provider of stack.sandbox.providers) stack.sandbox.setFault(provider, "reject", 1);
    equal(await shopifySends(stack, "orders/paid", shopifyBody({ id, ...(sku && { sku }) })), 200);
    await deliveriesAre(stack, id, ["rejected"]);
    return id;
  }

  test("an order is exported and then erased by hand; what Shopify asks to erase is erased at once", async () => {
    const [byHand, byShop] = [newOrderId(), newOrderId()];
    for (const id of [byHand, byShop]) {
      equal(await shopifySends(stack, "orders/paid", shopifyBody({ id })), 200);
      await deliveriesAre(stack, id, ["created"]);
    }
    const erase = (...words: string[]) =>
      run(eraseCommand, [...STAGE, "--order", `shopify/demo/${byHand}`, ...words], stack);
    const file = join(folder, "export.json");
    equal((await erase("--export", file)).exit, 0);
    ok(JSON.parse(readFileSync(file, "utf8")).orders[0].body.shippingAddress);
    const erased = await erase("--yes");
    deepEqual([erased.exit, erased.out.includes("1 of 1 orders are erased")], [0, true], erased.notes);

    const redaction = `{"shop_id":1,"shop_domain":"demo.myshopify.com","customer":{"id":1},"orders_to_redact":[${byShop}]}`;
    equal(await shopifySends(stack, "customers/redact", redaction), 200);
    for (const id of [byHand, byShop]) {
      const last = async () => (await traceOf(stack, id))?.events.at(-1)?.outcome;
      await until(async () => (await last()) === "the buyer's data is erased", 20, last);
      const identity = { channel: "shopify", connection: "demo", orderId: id };
      const body = await itemOf(bodyKey(identity));
      deepEqual([body["erased"], body["gzip"]], [true, undefined]);
      equal((await itemOf(orderKey(identity)))["buyer"], "erased");
      await deliveriesAre(stack, id, ["created"]);
    }
    equal((await traceOf(stack, byShop))?.events.at(-1)?.topic, "customers/redact", "by the event, not by the walk");
    match((await order(byHand)).out, /first seen .*; the buyer's data is erased/);
  });

  test("an order of an unknown SKU waits with its reason, readable in the item beside it; after the import its dead letters make it", async () => {
    const id = await rejectedOrder("SHOP-1");
    const destinations = stack.sandbox.providers.map((provider) => `${provider}/demo`).sort();
    const identity = { channel: "shopify", connection: "demo", orderId: id };
    for (const destination of destinations) {
      const delivery = { ...identity, destination, generation: 1 };
      const { state, reference, destination: named } = await itemOf(deliveryKey(delivery));
      deepEqual({ state, named }, { state: "rejected", named: destination });
      match((await itemOf(errorTextKey(delivery)))["text"], /SHOP-1/);
      match(reference, new RegExp(id));
    }
    deepEqual(await waitsAt(id), destinations);

    const file = join(folder, "shop-1.csv");
    // No simulator's IDs are needed: each knows the SKU.
    writeFileSync(file, "sku,productId,variantId,providerSku,packSize\nSHOP-1,,,DEMO-TEE-M,\n");
    for (const destination of destinations) {
      const imported = await run(catalogCommand, [...STAGE, "--destination", destination, file, "--yes"], stack);
      deepEqual([imported.exit, imported.notes], [0, ""]);
    }
    await until(() => deadLetters() === destinations.length, 60, deadLetters);
    stack.redrive();
    await deliveriesAre(stack, id, ["created"]);
    for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1, provider);
    deepEqual(await waitsAt(id), []);
  });

  test("a webhook of one's own becomes an order, which the number the buyer sees and our reference find", async () => {
    const file = join(folder, "numbered.json");
    writeFileSync(file, '{"number": "#70001"}');
    const sent = await run(webhookCommand, [...STAGE, "shopify/demo", "--order", file], stack);
    deepEqual([sent.exit, sent.notes], [0, ""]);
    const [, id = ""] =
      /^See what becomes of it: npm run order -- --stage local shopify\/demo\/(\d+)$/m.exec(sent.out) ?? [];
    await deliveriesAre(stack, id, ["created"]);
    const path = `shopify/demo/${id}`;
    const [{ reference = null } = {}] = (await traceOf(stack, id))?.deliveries ?? [];
    for (const words of ["#70001", "70001", id, reference ?? ""]) {
      const found = await run(orderCommand, [...STAGE, "--since", "1h", words], stack);
      deepEqual([found.exit, found.out.startsWith(path)], [0, true], `${words}: ${found.notes}`);
    }
    const unknown = await run(orderCommand, [...STAGE, "--since", "1h", "#no-such"], stack);
    deepEqual(
      [unknown.exit, /No order since \S+ \S+ has the number, ID or reference #no-such\./.test(unknown.notes)],
      [1, true],
    );
  });

  test("where the channel sends to queues, the command says that it put a message on one", async () => {
    const sent = await run(webhookCommand, [...STAGE, "amazon/demo"], stack);
    match(
      sent.out,
      /^A message is on the queue order-relay-local-notifications-amazon-demo\.\nSee what becomes of it: /,
    );
    const [, id = ""] = /amazon\/demo\/(\S+)$/m.exec(sent.out) ?? [];
    await deliveriesAre(stack, id, ["created"], 60, "amazon/demo");
    const wrong = await run(
      webhookCommand,
      [...STAGE, "amazon/demo", "--address", "https://a.example/webhooks"],
      stack,
    );
    deepEqual([wrong.exit, /sends to a queue, not to an address/.test(wrong.notes)], [1, true], wrong.notes);
  });

  test("a webhook of one's own says what is wrong: endpoint, topic, order", async () => {
    const tried = async (...words: string[]) => {
      const { exit, notes } = await run(webhookCommand, [...STAGE, ...words], stack);
      return `${exit}: ${notes}`;
    };
    match(await tried("shopify/none"), /^1: The stage has no endpoint shopify\/none; it has .*shopify\/demo/);
    match(await tried("shopify/demo", "--topic", "orders/none"), /^1: shopify sends no topic "orders\/none", only /);
    const file = join(folder, "order.json");
    match(await tried("shopify/demo", "--order", file), /^1: --order: the file \S+ cannot be read\./);
    writeFileSync(file, '{"lines": 7}');
    match(await tried("shopify/demo", "--order", file), /^1: --order: \S+: lines: /);
  });

  test("all that a filter matches is sent again after a preview, and each is created once", async () => {
    const ids = [await rejectedOrder("SHOP-BULK"), await rejectedOrder("SHOP-BULK")];
    await until(() => deadLetters() === ids.length * stack.sandbox.providers.length, 60, deadLetters);
    const destination = "kakaclo/demo";
    const filter = [...STAGE, "--destination", destination, "--reason", "shop-bulk", "--since", "1h"];
    const listed = await run(failedCommand, [...filter, "--exit-code"], stack);
    deepEqual(
      [listed.exit, /kakaclo\/demo: 2 rejected/.test(listed.out), /s2\/demo/.test(listed.out)],
      [2, true, false],
    );
    const without = await run(failedCommand, [...STAGE, "--send", "--yes"], stack);
    deepEqual([without.exit, /--send needs a filter/.test(without.notes)], [1, true]);

    const file = join(folder, "bulk.csv");
    writeFileSync(file, "sku,productId,variantId,providerSku,packSize\nSHOP-BULK,,,DEMO-TEE-M,\n");
    equal((await run(catalogCommand, [...STAGE, "--destination", destination, file, "--yes"], stack)).exit, 0);
    const refused = await run(failedCommand, [...filter, "--send"], { ...stack, typed: ["n"] });
    deepEqual([refused.exit, /send 2 messages again/.test(refused.out)], [1, true]);
    const sent = await run(failedCommand, [...filter, "--send", "--yes"], stack);
    deepEqual(
      [sent.exit, /2 × kakaclo\/demo: .*create it/.test(sent.out), /^Sent 2\./m.test(sent.out)],
      [0, true, true],
    );
    const state = async (id: string) =>
      (await traceOf(stack, id))?.deliveries.find((one) => one.destination === destination)?.state;
    for (const id of ids)
      await until(
        async () => (await state(id)) === "created",
        30,
        () => state(id),
      );
    for (const id of ids) equal(held(stack, "kakaclo", id).length, 1);
    const left = await run(failedCommand, [...filter, "--exit-code"], stack);
    deepEqual([left.exit, left.out], [0, "Nothing that waits matches."]);

    for (const provider of stack.sandbox.providers) {
      await run(catalogCommand, [...STAGE, "--destination", `${provider}/demo`, file, "--yes"], stack);
    }
    equal((await run(failedCommand, [...STAGE, "--reason", "shop-bulk", "--send", "--yes"], stack)).exit, 0);
    for (const id of ids) await deliveriesAre(stack, id, ["created"]);
    for (const id of ids) for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1);
    for (const { queue } of stack.deadLetters()) stack.queue(queue)?.purge();
  });

  test("an order whose dead letters are gone is sent again from the ledger, and created once", async () => {
    const id = await rejectedOrder();
    await until(() => deadLetters() === stack.sandbox.providers.length, 60, deadLetters);
    for (const { queue } of stack.deadLetters()) stack.queue(queue)?.purge();

    const refused = await order(id, "--send", "nowhere/demo");
    deepEqual([refused.exit, /goes to .*, not to nowhere\/demo/.test(refused.notes)], [1, true]);
    const sent = await order(id, "--send", "--yes");
    equal(sent.exit, 0);
    match(
      sent.notes,
      /dead letter may still be in .*order-relay-local-kakaclo-demo-dlq.* Once .*kakaclo\/demo.* have ended, "Start DLQ redrive"/,
    );
    match(sent.out, /This will:\n {2}- send a new message .*, as local:/);
    match(sent.out, /kakaclo\/demo: look up \S+ first, then create it if it does not exist/);
    await deliveriesAre(stack, id, ["created"]);
    for (const provider of stack.sandbox.providers) equal(held(stack, provider, id).length, 1, provider);
    match((await traceOf(stack, id))?.events.at(-1)?.outcome ?? "", /^sent again to .*kakaclo\/demo.* by local:/);
    const again = await order(id, "--send", "--yes");
    deepEqual([again.exit, /kakaclo\/demo has ended: created as/.test(again.notes)], [1, true]);
  });

  test("the dead letter of an order that was dealt with otherwise is named, and a redrive clears it without a call", async () => {
    const id = await rejectedOrder();
    const { providers } = stack.sandbox;
    await until(() => deadLetters() === providers.length, 60, deadLetters);
    deepEqual((await failed()).moreDeadLetters, []);

    const resolved = await order(id, "--resolve", "created=S2-7", "--destination", "s2/demo", "--yes");
    match(
      resolved.notes,
      /may still be in order-relay-local-s2-demo-dlq\. Once s2\/demo has ended, "Start DLQ redrive" there clears it/,
    );
    const queue = "order-relay-local-s2-demo-dlq";
    deepEqual((await failed()).moreDeadLetters, [{ destination: "s2/demo", queue, count: 1 }]);
    const { out } = await run(failedCommand, STAGE, stack);
    match(
      out,
      /^s2\/demo: 1 dead letter without a matching open delivery\n {2}next: "Start DLQ redrive" on order-relay-local-s2-demo-dlq/m,
    );
    ok(!/kakaclo\/demo: \d+ dead letter/.test(out), out);

    equal(stack.redrive({ queue }), 1);
    const lying = () =>
      [stack.queue(queue), stack.queue(queue.replace(/-dlq$/, ""))].map((one) => one?.inspectMessages());
    await until(() => lying().every((one) => one && one.ready.length + one.inflight.length === 0), 30, lying);
    deepEqual((await failed()).moreDeadLetters, []);
    equal(held(stack, "s2", id).length, 0);

    // An order that never failed has none.
    const fine = newOrderId();
    equal(await shopifySends(stack, "orders/paid", shopifyBody({ id: fine })), 200);
    await deliveriesAre(stack, fine, ["created"]);
    const cancelled = await order(fine, "--resolve", "cancelled", "--destination", "s2/demo", "--yes");
    deepEqual([cancelled.exit, cancelled.notes], [0, "s2/demo is cancelled."]);
  });

  test("an event that cannot be parsed is listed with the field that failed, and none of its values", async () => {
    const body = `{"id":${newOrderId()},"created_at":"at Zoe Muster's"}`;
    equal(await shopifySends(stack, "orders/paid", body), 200);
    const intake = () => stack.deadLetters().find(({ queue }) => queue.endsWith("intake-dlq"))?.messages ?? [];
    await until(() => intake().length > 0, 60, intake);
    const { out } = await run(failedCommand, STAGE, stack);
    match(out, /^intake: 1 event .*\n {2}\S+ \S+Z {2}\S+ {2}created_at is missing or wrong.*\n {2}next: /m);
    ok(!out.includes("Zoe"));
    equal(intake().length, 1, "the event is still in the DLQ");
    stack.redrive({ queue: "order-relay-local-intake-dlq" });
  });

  test("findings are said before they are written, asked for, and written down with who had them", async () => {
    const id = await rejectedOrder();
    const kakaclo = ["--destination", "kakaclo/demo"];
    equal((await order(id, "--resolve", "nonsense")).exit, 1);
    match(
      (await order(id, "--resolve", "done-by-hand", "--yes")).notes,
      /Several deliveries match\. Add --destination/,
    );
    const unconfirmed = await order(id, "--resolve", "done-by-hand", ...kakaclo);
    deepEqual([unconfirmed.exit, /not an interactive terminal/.test(unconfirmed.notes)], [1, true]);
    const words = [...STAGE, `shopify/demo/${id}`, "--resolve", "done-by-hand", ...kakaclo];
    const no = await run(orderCommand, words, { ...stack, typed: ["n"] });
    deepEqual([no.exit, /Nothing was done/.test(no.notes)], [1, true]);
    match(no.out, /This will:\n {2}- record that the order was created by hand at kakaclo\/demo/);
    const state = async (destination: string) =>
      (await traceOf(stack, id))?.deliveries.find((one) => one.destination === destination)?.state;
    equal(await state("kakaclo/demo"), "rejected");

    equal((await run(orderCommand, words, { ...stack, typed: ["y"] })).exit, 0);
    equal((await order(id, "--resolve", "created=S2-1", "--destination", "s2/demo", "--yes")).exit, 0);
    deepEqual([await state("kakaclo/demo"), await state("s2/demo")], ["done-by-hand", "created"]);
    const story = await order(id);
    match(story.out, /by hand: done-by-hand, \S+ \S+Z, local:/);
    match(story.out, /by hand: created, .*local:/);
    match(story.out, /operator: s2\/demo resolved as created by local:/);

    // Looked for by the operator, and not found: free at once, and created by the message that goes with it.
    const freed = await until(
      async () => {
        const words = ["--resolve", "not-created", "--destination", "shoplazza/demo", "--yes"];
        match((await order(id, ...words)).notes, /Add --looked-at|may still create/);
        const said = await order(id, ...words, "--looked-at", new Date().toISOString());
        return said.exit === 0 ? said : undefined;
      },
      20,
      () => order(id),
    );
    match(freed.out, /release shoplazza\/demo/);
    await until(
      async () => (await state("shoplazza/demo")) === "created",
      30,
      () => order(id),
    );
    equal(held(stack, "shoplazza", id).length, 1);
    deepEqual([held(stack, "kakaclo", id).length, held(stack, "s2", id).length], [0, 0]);
  });

  test("a deployed stage is reached with the operator's own credentials, in the region they name, under the name AWS gives them", async (t) => {
    // The local stack's AWS endpoint replaces AWS's.
    const own = {
      AWS_ACCESS_KEY_ID: "AKIAADA",
      AWS_SECRET_ACCESS_KEY: "ada",
      AWS_REGION: "",
      AWS_CONFIG_FILE: "/dev/null",
    };
    const former = Object.fromEntries(Object.keys(own).map((name) => [name, process.env[name]]));
    Object.assign(process.env, own);
    t.after(() => {
      for (const [name, value] of Object.entries(former)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    const file = join(folder, "prod.csv");
    writeFileSync(file, "sku,providerSku\nSHOP-1,X\n");
    const words = ["--stage", "prod", "--destination", "s2/us", file, "--yes"];
    const aws = { AWS_ENDPOINT_URL: stack.aws.url };
    const nowhere = await run(catalogCommand, words, { variables: aws });
    match(nowhere.notes, /No AWS region is set\. Set AWS_REGION, or pass --region/);
    const region = ["--region", stack.region];
    const missing = await run(catalogCommand, [...words, ...region], { variables: aws });
    match(missing.notes, /ResourceNotFoundException: .*\nIs the stage deployed in this account and region\?/);

    await createLedgerTable(dynamo, tableName("prod"));
    const said = await run(catalogCommand, [...words, ...region], { variables: aws });
    match(said.out, /record that arn:aws:[a-z]+::000000000000:/);
    equal(said.exit, 0, said.notes);
    deepEqual(await catalogEntry(createTable(dynamo, tableName("prod")), "s2/us", "SHOP-1"), { providerSku: "X" });
  });

  test("every command finds stage files that lie elsewhere, and names the place in what it says to do next", async () => {
    const stages = join(folder, "our stages");
    mkdirSync(stages);
    writeFileSync(join(stages, "package.json"), '{"type":"module"}');
    const settings = { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" };
    const elsewhere = {
      stage: "local",
      connections: [{ channel: "shopify", name: "demo", key: "D", since: "2026-01-01T00:00:00Z" }],
      destinations: [{ provider: "s2", name: "elsewhere", settings }],
      routes: [{ from: ["shopify/demo"], to: ["s2/elsewhere"] }],
    };
    writeFileSync(join(stages, "local.ts"), `export const stage = ${JSON.stringify(elsewhere)};`);
    const there = [...STAGE, "--stages", stages];

    const file = join(folder, "elsewhere.csv");
    writeFileSync(file, "sku,providerSku\nSHOP-1,X\n");
    const words = ["--destination", "s2/elsewhere", file, "--yes"];
    equal((await run(catalogCommand, [...STAGE, ...words], stack)).exit, 1);
    const imported = await run(catalogCommand, [...there, ...words], stack);
    equal(imported.exit, 0, imported.notes);
    const entry = await catalogEntry(createTable(dynamo, tableName("local")), "s2/elsewhere", "SHOP-1");
    deepEqual(entry, { providerSku: "X" });

    const listed = await run(secretsCommand, [...there, "--list"], stack);
    match(listed.out, /not deployed +destinations\/s2\/elsewhere/);
    ok(!/kakaclo/.test(listed.out));

    const id = await rejectedOrder();
    const command = `npm run order -- --stage local --stages '${stages}' shopify/demo/${id} --send kakaclo/demo`;
    const shown = await run(orderCommand, [...there, `shopify/demo/${id}`], stack);
    ok(shown.out.includes(command), shown.out);
    const refused = await run(orderCommand, [...there, `shopify/demo/${id}`, "--send", "kakaclo/demo", "--yes"], stack);
    match(refused.notes, /kakaclo\/demo.* is no longer in the stage file/);
    equal(refused.exit, 1);
    const waiting = await run(failedCommand, [...there, "--all"], stack);
    ok(waiting.out.includes(`npm run order -- --stage local --stages '${stages}' `), waiting.out);

    const nowhere = await run(failedCommand, [...STAGE, "--stages", join(folder, "nowhere")], stack);
    deepEqual([nowhere.exit, /There is no folder .*nowhere \(--stages\)/.test(nowhere.notes)], [1, true]);
  });

  test("what is unknown, misspelt or not running is said in a sentence", async () => {
    const said = await Promise.all([
      order("1"),
      run(orderCommand, [...STAGE, "shopify", "--since", "1h"], stack),
      run(orderCommand, ["shopify/demo/1"], stack),
      run(orderCommand, ["--stage", "nowhere", "shopify/demo/1"], stack),
      run(orderCommand, [...STAGE, "shopify/demo/1", "--send", "--renew"], stack),
      run(failedCommand, STAGE, { url: "http://127.0.0.1:9" }),
      run(catalogCommand, [...STAGE, "--destination", "kakaclo/eu", join(folder, "none.csv")], stack),
    ]);
    for (const [at, sentence] of [
      /The stage local has no order shopify\/demo\/1/,
      /No order since .* has the number, ID or reference shopify\. .*write channel\/connection\/order ID/,
      /required option '--stage <stage>' not specified/,
      /nowhere/,
      /Pass only one of --/,
      /No local stack is ready at .*:9\/health: start it with `npm start`/,
      /The stage local has no destination kakaclo\/eu; it has .*kakaclo\/demo/,
    ].entries()) {
      equal(said[at]?.exit, 1);
      match(said[at]?.notes ?? "", sentence);
    }
    ok((await run(failedCommand, STAGE, stack)).exit === 0);
  });
});
