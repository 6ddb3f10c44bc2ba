import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { shopify } from "../../functions/channels/shopify/index.ts";
import { standard } from "../../functions/channels/standard/index.ts";
import { pack } from "../../shared/messages/event.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { sampleOrder } from "../support/relay.ts";
import { DAY, newEvent, newId, ONE, RouteOrderContext, TWO } from "../support/route-order-context.ts";

const since = "2026-01-01T00:00:00Z";
const FIRST = "2026-11-01T10:00:00.000Z";
const LATER = "2026-11-01T11:00:00.000Z";

/** A field that no mapping can read, and the same field as it should be. */
const SHOPS = [
  {
    channel: "standard",
    broken: { currency: "EURO" },
    field: "currency",
    body: (id: string, updatedAt: string, changes: object) => sampleOrder({ id, updatedAt, ...changes }),
    headers: {},
  },
  {
    channel: "shopify",
    broken: { currency: 7 },
    field: "currency",
    body: (id: string, updated_at: string, { financialState = "paid", ...changes }: Record<string, unknown>) => ({
      ...{ id: Number(id), created_at: FIRST, updated_at, currency: "EUR", financial_status: financialState },
      line_items: [{ id: 1, sku: "DEMO-TEE", quantity: 2, fulfillable_quantity: 2, requires_shipping: true }],
      shipping_address: { name: "Ada Byron", address1: "Main 1", city: "Berlin", country_code: "DE" },
      ...changes,
    }),
    headers: { "x-shopify-topic": "orders/updated", "x-shopify-shop-domain": "a.myshopify.com" },
  },
] as const;

for (const { channel, broken, field, body, headers } of SHOPS) {
  describe(`an order of ${channel} that cannot be mapped, although its ID can be read`, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(QUICK_TABLE);
    });
    after(() => started.stop());

    function begin() {
      const router = new RouteOrderContext(started, {
        connections: [{ channel, name: "main", key: "k", since }],
        routes: [{ from: [`${channel}/main`], to: [ONE, TWO] }],
      });
      router.channels.set("shopify", shopify).set("standard", standard);
      // Shopify's IDs are numbers within 2^53.
      const id = newId().slice(-12).replace(/^0+/, "1");
      const message = (changes: Record<string, unknown>, updatedAt = FIRST) =>
        pack(newEvent(JSON.stringify(body(id, updatedAt, changes)), { channel, headers }));
      const record = async () => {
        const found = await router.ledger.order({ channel, connection: "main", orderId: id });
        ok(found);
        return found;
      };
      return { router, id, message, record };
    }

    test("is held with the field's name, once, and its event returns until SQS moves it to the DLQ", async () => {
      const { router, id, message, record } = begin();
      const event = message(broken);
      for (const receives of [1, 2, 3]) {
        const routed = await router.routes(event, { receives });
        deepEqual([routed.outcome, routed.field, routed.retryInMs], ["unreadable", field, 0]);
        deepEqual([routed.orderId, routed.connection], [id, `${channel}/main`]);
      }
      const { state, reason, eventCount, decided } = await record();
      deepEqual([state, eventCount, decided], ["held", 1, []]);
      match(reason ?? "", new RegExp(`^cannot be read: ${field} `));
      ok(!JSON.stringify(await record()).includes("Ada"));
      deepEqual(router.sent, []);
    });

    test("is sent by a redrive after the repair, and a second redrive is a duplicate", async () => {
      const { router, id, message, record } = begin();
      await router.routes(message(broken));
      // The repaired mapping reads the same event.
      const event = message({});
      equal((await router.routes(event)).outcome, "updated");
      equal((await record()).state, "recorded");
      deepEqual(router.sentOf(id), [ONE, TWO]);
      equal((await router.routes(event)).outcome, "duplicate");
      equal(router.sentOf(id).length, 2);
    });

    test("is not released by an older event", async () => {
      const { router, message, record } = begin();
      await router.routes(message(broken, LATER));
      equal((await router.routes(message({}, FIRST))).outcome, "stale");
      equal((await record()).state, "held");
      equal((await router.routes(message({}, LATER))).outcome, "updated");
    });

    test("takes the first event that can be read where not even its time could", async () => {
      const { router, id, message } = begin();
      await router.routes(message({ updatedAt: "soon", updated_at: "soon" }));
      equal((await router.routes(message({}))).outcome, "updated");
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    test("keeps a known order that is not sent held, with the reason, until it can be read", async () => {
      const { router, id, message, record } = begin();
      await router.routes(message({ financialState: "pending" }));
      await router.routes(message(broken, LATER));
      match((await record()).reason ?? "", /^cannot be read/);
      await router.routes(message({}, LATER));
      deepEqual(router.sentOf(id), [ONE, TWO]);
    });

    test("changes nothing of an order that was sent, and says so in its trace; an older one is stale", async () => {
      const { router, id, message, record } = begin();
      await router.routes(message({}));
      await router.routes(message(broken, LATER));
      const { state, events } = await record();
      equal(state, "recorded");
      match(events.at(-1)?.outcome ?? "", /^cannot be read: /);
      await router.routes(message(broken, "2026-10-31T00:00:00.000Z"));
      equal((await record()).events.at(-1)?.outcome, "stale");
      equal(router.sentOf(id).length, 2);
    });

    test("is held no longer without a ticket than any other", async () => {
      const { router, message, record } = begin();
      await router.routes(message(broken));
      equal((await record()).workAt, new Date(router.clock + 3 * DAY).toISOString());
    });
  });
}
