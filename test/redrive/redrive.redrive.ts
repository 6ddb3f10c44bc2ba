import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Trace } from "../../shared/ledger/trace.ts";
import { newOrderId, shopifyBody, shopifySends, standardSends, traceOf, until } from "../support/shop.ts";
import { INTAKE, lane, ReplayedStack, synthesiseOnce } from "./replayed-stack.ts";

/** Why an order is held that the broken mapping of these tests cannot read. */
const BROKEN = "cannot be read: currency_of_another_name is missing or wrong";

const KAKACLO = lane("kakaclo/demo");
const S2 = lane("s2/demo");

let assembly: string;
before(async () => {
  assembly = await synthesiseOnce();
});
after(() => rmSync(assembly, { recursive: true, force: true }));

for (const movedIds of ["kept", "new"] as const) {
  describe(`"Start DLQ redrive" to source, message IDs ${movedIds}`, () => {
    let relay: ReplayedStack;
    before(async () => {
      relay = await ReplayedStack.start(assembly, movedIds);
    });
    after(() => relay?.stop());

    const at = (provider: string, id: string) =>
      relay.stack.sandbox.orders(provider).filter(({ reference }) => reference.includes(id));
    const creates = (provider: string) =>
      relay.stack.sandbox.calls(provider).filter(({ method, path }) => method === "POST" && !/log|token/.test(path))
        .length;
    const stateOf = (trace: Trace | undefined, destination: string) =>
      trace?.deliveries.findLast((one) => one.destination === destination);
    const becomes = (id: string, destination: string, state: string, connection?: string) =>
      until(
        async () => {
          const trace = await traceOf(relay.stack, id, connection);
          return stateOf(trace, destination)?.state === state && trace;
        },
        60,
        () => traceOf(relay.stack, id, connection),
      );

    test("each click tries a rejected delivery once, and creates it after the cause is fixed", async () => {
      const id = newOrderId();
      relay.stack.sandbox.setFault("kakaclo", "reject", 2);
      equal(await shopifySends(relay.stack, "orders/paid", shopifyBody({ id })), 200);
      await becomes(id, "kakaclo/demo", "rejected");
      await becomes(id, "s2/demo", "created");
      const [first] = await relay.deadLettersAre(KAKACLO, 1);
      match(first?.body ?? "", new RegExp(id));
      const triedOnce = creates("kakaclo");

      await relay.click(KAKACLO);
      await until(
        () => creates("kakaclo") > triedOnce,
        30,
        () => relay.stack.sandbox.calls("kakaclo"),
      );
      const [second] = await relay.deadLettersAre(KAKACLO, 1);
      equal(second?.id === first?.id, movedIds === "kept");
      equal(stateOf(await traceOf(relay.stack, id), "kakaclo/demo")?.state, "rejected");

      await relay.click(KAKACLO);
      const trace = await becomes(id, "kakaclo/demo", "created");
      await relay.deadLettersAre(KAKACLO, 0);
      equal(stateOf(trace, "kakaclo/demo")?.attempts, 3);
      deepEqual([at("kakaclo", id).length, at("s2", id).length], [1, 1]);
    });

    test("a second and a third click are harmless", async () => {
      const id = newOrderId();
      relay.stack.sandbox.setFault("s2", "reject");
      equal(await shopifySends(relay.stack, "orders/paid", shopifyBody({ id })), 200);
      await becomes(id, "s2/demo", "rejected");
      await relay.deadLettersAre(S2, 1);

      // AWS refuses a second task while one runs; ElasticMQ starts it.
      await Promise.allSettled([relay.click(S2), relay.click(S2)]);
      await becomes(id, "s2/demo", "created");
      await relay.deadLettersAre(S2, 0);
      await relay.click(S2);
      await relay.deadLettersAre(S2, 0);
      equal(at("s2", id).length, 1);
      equal(stateOf(await traceOf(relay.stack, id), "s2/demo")?.state, "created");
    });

    test("one click on three dead letters creates the failed orders, and none that was created in between", async () => {
      const ids = Array.from({ length: 3 }, newOrderId);
      const [sentAgain = "", fixed = "", byHand = ""] = ids;
      relay.stack.sandbox.setFault("kakaclo", "reject", 3);
      for (const id of ids) equal(await shopifySends(relay.stack, "orders/paid", shopifyBody({ id })), 200);
      for (const id of ids) await becomes(id, "kakaclo/demo", "rejected");
      const dead = await relay.deadLettersAre(KAKACLO, 3);

      // As `npm run order -- --send` does.
      await relay.send(KAKACLO.source, dead.find(({ body }) => body.includes(sentAgain))?.body ?? "");
      await becomes(sentAgain, "kakaclo/demo", "created");
      // The operator entered the order at the provider, under our reference.
      const [created] = at("kakaclo", sentAgain);
      const reference = stateOf(await traceOf(relay.stack, byHand), "kakaclo/demo")?.reference ?? "";
      ok(created && reference);
      const request: unknown = JSON.parse(JSON.stringify(created.request).replaceAll(created.reference, reference));
      const planted = relay.stack.sandbox.plant("kakaclo", request);

      await relay.click(KAKACLO);
      for (const id of ids) await becomes(id, "kakaclo/demo", "created");
      await relay.deadLettersAre(KAKACLO, 0);
      for (const id of ids) equal(at("kakaclo", id).length, 1, id);
      deepEqual(at("kakaclo", sentAgain), [created]);
      equal(at("kakaclo", byHand)[0]?.id, planted);
      equal(stateOf(await traceOf(relay.stack, fixed), "kakaclo/demo")?.attempts, 2);
      equal(stateOf(await traceOf(relay.stack, byHand), "kakaclo/demo")?.attempts, 1);
    });

    test("a dead letter of an older generation is acknowledged as superseded", async () => {
      const id = newOrderId();
      const order = (minute: number, changes: object) => standardOrder(id, `2026-11-20T14:0${minute}:00Z`, changes);
      const standard = "standard/demo";
      // Rejected before anything was sent: no product has that SKU.
      equal(await standardSends(relay.stack, order(0, { sku: "UNKNOWN" })), 200);
      await becomes(id, "s2/demo", "rejected", standard);
      const [older] = await relay.deadLettersAre(S2, 1);
      equal((JSON.parse(older?.body ?? "{}") as { generation?: number }).generation, 1);

      equal(await standardSends(relay.stack, order(1, { sku: "UNKNOWN", cancelledAt: "2026-11-20T14:01:00Z" })), 200);
      await becomes(id, "s2/demo", "cancelled", standard);
      equal(await standardSends(relay.stack, order(2, {})), 200);
      const trace = await becomes(id, "s2/demo", "created", standard);
      equal(trace.generation, 2);
      ok(!relay.outcomes("s2", id, 1).includes("superseded"));
      const calls = relay.stack.sandbox.calls("s2").length;

      await relay.click(S2);
      await relay.deadLettersAre(S2, 0);
      // Its cancelled delivery alone would get it acknowledged too, so the test checks the outcome.
      equal(relay.outcomes("s2", id, 1).at(-1), "superseded");
      equal(relay.stack.sandbox.calls("s2").length, calls, "the provider got no call");
      equal(at("s2", id).length, 1);
      deepEqual(await traceOf(relay.stack, id, standard), trace);
    });

    test("an event that could not be parsed becomes an order after a fix of the mapping and a redrive", async () => {
      const fix = await breakMapping();
      const id = newOrderId();
      equal(await shopifySends(relay.stack, "orders/paid", shopifyBody({ id })), 200);
      const [unread] = await relay.deadLettersAre(INTAKE, 1);
      match(unread?.body ?? "", /"channel":"shopify"/);
      const isHeld = async () => {
        const { state, reason, deliveries } = (await traceOf(relay.stack, id)) ?? {};
        deepEqual([state, reason, deliveries], ["held", BROKEN, []]);
      };
      await isHeld();

      await relay.click(INTAKE);
      const [again] = await relay.deadLettersAre(INTAKE, 1);
      equal(again?.body, unread?.body, "whole, as it came");
      await isHeld();

      await fix();
      await relay.click(INTAKE);
      await becomes(id, "kakaclo/demo", "created");
      await becomes(id, "s2/demo", "created");
      await relay.deadLettersAre(INTAKE, 0);
      deepEqual([at("kakaclo", id).length, at("s2", id).length], [1, 1]);
    });

    test("a redriven event creates nothing if a later event created its order; a second click changes nothing", async () => {
      const fix = await breakMapping();
      const [overtaken, waiting] = [newOrderId(), newOrderId()];
      for (const id of [overtaken, waiting]) {
        equal(await shopifySends(relay.stack, "orders/paid", shopifyBody({ id })), 200);
      }
      const dead = await relay.deadLettersAre(INTAKE, 2);
      await fix();
      const later = shopifyBody({ id: overtaken, updatedAt: "2026-11-20T10:05:00-05:00" });
      equal(await shopifySends(relay.stack, "orders/updated", later), 200);
      for (const destination of ["kakaclo/demo", "s2/demo"]) await becomes(overtaken, destination, "created");
      const created = { kakaclo: at("kakaclo", overtaken), s2: at("s2", overtaken) };
      const done = { kakaclo: creates("kakaclo"), s2: creates("s2") };

      // AWS refuses a second task while one runs; ElasticMQ starts it.
      await Promise.allSettled([relay.click(INTAKE), relay.click(INTAKE)]);
      for (const destination of ["kakaclo/demo", "s2/demo"]) await becomes(waiting, destination, "created");
      await relay.deadLettersAre(INTAKE, 0);
      await relay.click(INTAKE);
      // A move may also deliver a message twice: queues deliver at least once.
      for (const { body } of dead) await relay.send(INTAKE.source, body);
      const outcomesOf = async (id: string) => (await traceOf(relay.stack, id))?.events.map(({ outcome }) => outcome);
      await until(
        async () => (await outcomesOf(overtaken))?.length === 4 && (await outcomesOf(waiting))?.length === 3,
        60,
        async () => [await outcomesOf(overtaken), await outcomesOf(waiting)],
      );
      for (const lane of [INTAKE, KAKACLO, S2]) await relay.deadLettersAre(lane, 0);
      deepEqual(await outcomesOf(overtaken), [`recorded, held: ${BROKEN}`, "updated", "stale", "stale"]);
      deepEqual(await outcomesOf(waiting), [`recorded, held: ${BROKEN}`, "updated", "duplicate"]);
      deepEqual({ kakaclo: at("kakaclo", overtaken), s2: at("s2", overtaken) }, created);
      deepEqual([at("kakaclo", waiting).length, at("s2", waiting).length], [1, 1]);
      deepEqual({ kakaclo: creates("kakaclo"), s2: creates("s2") }, { kakaclo: done.kakaclo + 1, s2: done.s2 + 1 });
    });

    /** Deploys a broken mapping that can parse no Shopify order. @returns a function that deploys the correct one */
    async function breakMapping(): Promise<() => Promise<void>> {
      const bundle = relay.bundleOf("route-order");
      // Of the schema of Shopify's webhooks alone.
      const field = /\bcurrency:(?=[\w$]+\(\),presentment_currency:)/;
      const reader = readdirSync(bundle).find((file) => field.test(readFileSync(join(bundle, file), "utf8")));
      ok(reader, "route-order's bundle has Shopify's mapping");
      const good = readFileSync(join(bundle, reader), "utf8");
      const deploy = async (text: string): Promise<void> => {
        writeFileSync(join(bundle, reader), text);
        await relay.endEnvironments();
      };
      await deploy(good.replace(field, "currency_of_another_name:"));
      return () => deploy(good);
    }
  });
}

function standardOrder(id: string, updatedAt: string, { sku = "DEMO-TEE-M", ...changes }: { sku?: string }) {
  return {
    id,
    placedAt: "2026-11-20T14:00:00Z",
    updatedAt,
    currency: "USD",
    financialState: "paid",
    lines: [{ id: "1", sku, quantity: 2, unitPrice: "19.99" }],
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
    ...changes,
  };
}
