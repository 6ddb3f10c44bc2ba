import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Order } from "../../shared/order.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let next = 0;
/** Every test has an order of its own in the table they share. */
const newId = () => `82098291194615${String(++next).padStart(4, "0")}`;

for (const { kind, skip } of QUICK_TABLES) {
  describe(`a delivery on ${kind}`, { skip }, () => {
    let started: TestLedger;
    before(async () => {
      started = await startLedger(kind);
    });
    after(() => started.stop());

    /** An order that was paid and whose message waits. */
    function unheard(...fates: Fate[]) {
      const relay = new Relay(started);
      relay.parcelworks.fates.push(...fates);
      const id = newId();
      const delivery = async () => (await relay.trace(id)).deliveries[0];
      return { relay, id, delivery };
    }

    async function paid(...fates: Fate[]) {
      const { relay, id, delivery } = unheard(...fates);
      await relay.ordered({ id });
      return { relay, id, delivery };
    }

    test("is created once, carrying the key and the whole 18-digit ID", async () => {
      const { relay, id, delivery } = await paid();
      await relay.run();
      deepEqual(
        relay.parcelworks.live().map(({ reference }) => reference),
        [`pm-${id}`],
      );
      const { state, attempts, providerOrderIds, reference } = (await delivery()) ?? {};
      deepEqual(
        { state, attempts, providerOrderIds, reference },
        { state: "created", attempts: 1, providerOrderIds: ["P1"], reference: `pm-${id}` },
      );
    });

    for (const [what, changes] of [
      ["its channel holds it", { hold: { reason: "risk of fraud" } }],
      ["its buyer is emptied (row 47)", { shippingAddress: { country: "DE" }, buyer: {} }],
    ] as const) {
      test(`decided, and not sent yet when ${what}: it waits, with the reason, until that ends`, async () => {
        const { relay, id, delivery } = await paid("down");
        const [message] = relay.queue;
        ok(message);
        await relay.receive(message);
        await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", ...changes });
        await relay.run(6 * HOUR);
        const { state, reason, attempts } = (await delivery()) ?? {};
        deepEqual([state, attempts, relay.parcelworks.posts, relay.deadLetters.length], ["retrying", 1, 1, 0]);
        match(reason ?? "", /^held: (risk of fraud|the channel no longer gives the buyer's address)/);
        await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00Z" });
        await relay.run();
        deepEqual([(await delivery())?.state, relay.parcelworks.live().length], ["created", 1]);
      });
    }

    test("sends no parcel to an address without a street and a city or postcode, and says which", async () => {
      // An order that lacks all of it is held: its channel may give it yet.
      for (const shippingAddress of [null, { province: "Arkansas", country: "US", provinceCode: "AR" }]) {
        const { relay, id } = unheard();
        await relay.ordered({ id, shippingAddress });
        const { state, deliveries } = await relay.trace(id);
        deepEqual([state, deliveries], ["held", []]);
      }
      const cases: [object, RegExp][] = [
        [{}, /no shipping address, and parcelworks\/demo can send/],
        [{ country: "HK", phone: "1", name: "Ada Byron" }, /no street in its shipping address/],
        [{ name: "Ada Byron", street1: " ", city: "Berlin" }, /no street/],
        [{ name: "Ada Byron", street1: "Main 1", country: "DE" }, /neither city nor postcode/],
      ];
      for (const [shippingAddress, reason] of cases) {
        const { relay, id, delivery } = unheard();
        await relay.ordered({ id, shippingAddress });
        await relay.run();
        equal((await delivery())?.state, "rejected");
        match((await delivery())?.reason ?? "", reason);
        equal(relay.parcelworks.posts, 0);
      }
      for (const shippingAddress of [
        { street2: "Main 1", postcode: "10115" },
        { street1: "Main 1", city: "Berlin" },
      ]) {
        const { relay, id, delivery } = unheard();
        await relay.ordered({ id, shippingAddress });
        await relay.run();
        equal((await delivery())?.state, "created");
      }
    });

    test("sends no half of a character, and takes it for no change of the address", async () => {
      const { relay, id, delivery } = unheard();
      const { client } = relay.parcelworks;
      const prepare = client.prepare.bind(client);
      const orders: Order[] = [];
      client.prepare = async (outgoing) => {
        orders.push(outgoing.order);
        return prepare(outgoing);
      };
      const shippingAddress = { name: "Ada \ud83d", street1: "Main 1", city: "Berlin", country: "DE" };
      const cut = { id, shippingAddress, note: "cut \ud83d", attributes: [{ name: "\udc00", value: "🌸" }] };
      await relay.ordered(cut);
      await relay.run();
      await relay.ordered({ ...cut, updatedAt: "2026-11-01T10:05:00.000Z" });
      const [order] = orders;
      deepEqual(
        [order?.note, order?.shippingAddress?.name, order?.attributes],
        ["cut \ufffd", "Ada \ufffd", [{ name: "\ufffd", value: "🌸" }]],
      );
      deepEqual([(await delivery())?.state, (await delivery())?.notes], ["created", []]);
    });

    test("costs one query and two writes", async () => {
      const { relay } = await paid();
      const { client } = started;
      const calls: string[] = [];
      const send = client.send.bind(client);
      client.send = ((command: { constructor: { name: string } }) => {
        calls.push(command.constructor.name);
        return send(command as never);
      }) as typeof client.send;
      await relay.run();
      client.send = send;
      deepEqual(calls, ["QueryCommand", "PutItemCommand", "PutItemCommand"]);
    });

    for (const fate of ["timeout-after-create", "killed-after-create"] as const) {
      test(`${fate}: is found by its reference, and no second order is made`, async () => {
        const { relay, delivery } = await paid(fate);
        await relay.run();
        equal(relay.parcelworks.posts, 1);
        equal(relay.parcelworks.live().length, 1);
        equal((await delivery())?.state, "created");
        deepEqual((await delivery())?.providerOrderIds, ["P1"]);
      });
    }

    for (const fate of ["timeout-before-create", "killed-before-create", "duplicate", "crash"] as const) {
      test(`${fate}: is created after a conclusive "not there", and once`, async () => {
        const { relay, delivery } = await paid(fate);
        const began = relay.clock;
        await relay.run();
        equal(relay.parcelworks.posts, 2);
        equal(relay.parcelworks.live().length, 1);
        equal((await delivery())?.state, "created");
        ok(relay.clock - began >= 120_000, "not before the settling time was over");
      });
    }

    test("an order that look-ups see only after a while is not made a second time", async () => {
      const { relay } = await paid("timeout-after-create");
      relay.parcelworks.lag = 110_000;
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      ok(relay.parcelworks.finds > 1);
    });

    test("a killed attempt settles from its function's end, not from its claim", async () => {
      const { relay } = await paid("killed-after-create");
      // The dead function's request may arrive at the very end of its time, and be seen a settling time later.
      relay.parcelworks.lag = 90_000 + 119_000;
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal(relay.parcelworks.live().length, 1);
    });

    test("what was read as rejected settles from its answer, not from the claim it waited under", async () => {
      const { relay } = await paid("rejected-after-create");
      const claimedAt = relay.clock;
      // Throttled answers were waited for: its request left 70 s after the claim.
      relay.parcelworks.onPost = async () => {
        relay.clock = claimedAt + 70_000;
      };
      relay.parcelworks.lag = 110_000;
      await relay.run();
      equal(relay.deadLetters.length, 1);
      relay.parcelworks.onPost = async () => {};
      relay.clock = claimedAt + 160_000;
      relay.redrive("new");
      await relay.run();
      deepEqual([relay.parcelworks.posts, relay.parcelworks.live().length], [1, 1]);
    });

    for (const fate of ["timeout-after-create", "killed-after-create", "rejected-after-create"] as const) {
      test(`${fate}: settles for as long as two functions' clocks may differ as well`, async () => {
        const { relay } = await paid(fate);
        const acts = fate === "killed-after-create" ? 90_000 : 0;
        // The provider shows it within the settling time; the clock of the function that looks is 30 s ahead.
        relay.parcelworks.lag = acts + 120_000 + 30_000 - 1_000;
        await relay.run();
        relay.redrive("new");
        await relay.run();
        deepEqual([relay.parcelworks.posts, relay.parcelworks.live().length], [1, 1]);
      });
    }

    test("throttled is no attempt and comes again", async () => {
      const { relay, delivery } = await paid("throttled", "throttled", "throttled");
      await relay.run();
      equal((await delivery())?.state, "created");
      equal((await delivery())?.attempts, 1);
      equal(relay.parcelworks.live().length, 1);
    });

    for (const [times, state, posts] of [
      [100, "created", 101],
      [400, "retrying", 144],
    ] as const) {
      test(`throttled ${times} times it is ${state} after an hour, and never counts as failed`, async () => {
        const { relay, delivery } = await paid(...Array.from({ length: times }, (): Fate => "throttled"));
        await relay.run(HOUR, 1000);
        equal((await delivery())?.state, state);
        equal(relay.parcelworks.posts, posts);
        equal(relay.deadLetters.length, 0);
      });
    }

    test("down is retried with backoff for at least 4 hours, then dead-lettered as failed, by SQS itself", async () => {
      const { relay, delivery } = await paid(...Array.from({ length: 1000 }, (): Fate => "down"));
      const began = relay.clock;
      await relay.run(48 * HOUR, 1000);
      equal(relay.deadLetters.length, 1);
      equal((await delivery())?.state, "failed");
      match((await delivery())?.reason ?? "", /connection refused/);
      ok(relay.clock - began >= 4 * HOUR);
      equal(relay.parcelworks.live().length, 0);
    });

    for (const dice of [0, 0.5, 0.999]) {
      test(`down for as long as it takes: SQS's 25 receives outlast the 4 hours, with the jitter's dice at ${dice}`, async () => {
        const { relay, delivery } = await paid(...Array.from({ length: 100 }, (): Fate => "down"));
        relay.random = () => dice;
        const began = relay.clock;
        await relay.run();
        equal((await delivery())?.state, "failed");
        ok(relay.clock - began >= 4 * HOUR);
        equal(relay.deadLetters.length, 1);
      });
    }

    test("throttled for a day by an overloaded provider, it is created in the end and never dead-lettered for having waited", async () => {
      const { relay, delivery } = await paid();
      const over = relay.clock + 24 * HOUR;
      relay.parcelworks.onPost = async () => {
        if (relay.clock < over) relay.parcelworks.fates.push("throttled");
      };
      await relay.run(100 * HOUR);
      equal((await delivery())?.state, "created");
      equal(relay.deadLetters.length, 0);
    });

    test("rejected fails at once and never calls the provider again until SQS moves it", async () => {
      const { relay, delivery } = await paid("rejected");
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal(relay.parcelworks.finds, 0);
      equal(relay.deadLetters.length, 1);
      equal((await delivery())?.state, "rejected");
      match((await delivery())?.reason ?? "", /no balance/);
    });

    for (const ids of ["kept", "new"] as const) {
      test(`a redrive with message IDs ${ids} tries a rejected one for real, looking it up first`, async () => {
        const { relay, delivery } = await paid("rejected");
        await relay.run();
        relay.redrive(ids);
        await relay.run();
        ok(relay.parcelworks.finds > 0);
        equal(relay.parcelworks.live().length, 1);
        equal((await delivery())?.state, "created");
        equal(relay.queue.length + relay.deadLetters.length, 0);
      });

      test(`a second redrive with message IDs ${ids} after a second rejection tries again, and fails again by the queue`, async () => {
        const { relay } = await paid("rejected", "rejected");
        await relay.run();
        relay.redrive(ids);
        await relay.run();
        equal(relay.deadLetters.length, 1);
        relay.redrive(ids);
        await relay.run();
        equal(relay.parcelworks.live().length, 1);
        equal(relay.parcelworks.posts, 3);
      });
    }

    for (const [what, fate, state] of [
      ["rejected", "rejected", "rejected"],
      ["in doubt to the end", "timeout-before-create", "in-doubt"],
    ] as const) {
      test(`one that was ${what} and is tried again is looked for by the due-time pass again`, async () => {
        const { relay, id, delivery } = await paid(fate);
        relay.parcelworks.searchable = fate === "rejected";
        await relay.run(48 * HOUR, 1000);
        equal((await delivery())?.state, state);
        relay.clock += 24 * HOUR;
        const later = () => Array.fromAsync(relay.ledger.walk(relay.clock, relay.clock + HOUR));
        equal((await later()).filter(({ identity }) => identity.orderId === id).length, 0, "find-due left it behind");
        relay.redrive("new");
        relay.parcelworks.searchable = true;
        relay.parcelworks.fates.push("throttled");
        relay.parcelworks.onPost = async () => {
          relay.clock += 80_000;
        };
        const [message] = relay.queue;
        ok(message);
        const began = relay.clock;
        await relay.receive(message);
        equal((await delivery())?.state, "retrying");
        const [entry] = (await later()).filter(({ identity }) => identity.orderId === id);
        equal(Date.parse(entry?.workAt ?? ""), began + relay.config.timing.dueAfter);
      });
    }

    test("a rejection that was none is found by the replay: no second order", async () => {
      const { relay, delivery, id } = await paid("rejected");
      await relay.run();
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      relay.parcelworks.held.push({ id: "P77", reference: `pm-${id}`, lines, cancelled: false, visibleAt: 0 });
      relay.redrive("new");
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      deepEqual((await delivery())?.providerOrderIds, ["P77"]);
    });

    test("what cannot be sent at all (an unknown SKU) is rejected without a call, and created once the catalog knows it", async () => {
      const { relay, delivery } = await paid();
      relay.parcelworks.missingSku = "DEMO-TEE";
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      match((await delivery())?.reason ?? "", /DEMO-TEE .* parcelworks\/demo/);
      relay.parcelworks.missingSku = "";
      relay.redrive("kept");
      await relay.run();
      equal(relay.parcelworks.live().length, 1);
    });

    test("a line without a product is rejected, and left out by a redrive once a setting says that it is not goods", async () => {
      const { relay, id, delivery } = unheard();
      const goods = { id: "1", sku: "DEMO-TEE", quantity: 2 };
      await relay.ordered({ id, lines: [goods, { id: "2", sku: "PROTECT-1", title: "Protection", quantity: 1 }] });
      relay.parcelworks.missingSku = "PROTECT-1";
      await relay.run();
      equal((await delivery())?.state, "rejected");
      const [connection] = relay.config.connections;
      ok(connection);
      relay.config = { ...relay.config, connections: [{ ...connection, notGoods: ["protection*"] }] };
      relay.redrive("kept");
      await relay.run();
      deepEqual(
        relay.parcelworks.live().map(({ lines }) => lines.map(({ sku }) => sku)),
        [["DEMO-TEE"]],
      );
    });

    test("another sender's order of our reference is never taken for ours, and never doubled", async () => {
      const { relay, delivery, id } = await paid("timeout-before-create");
      const lines = [{ id: "9", sku: "OTHER", quantity: 1, product: "OTHER" }];
      relay.parcelworks.held.push({ id: "P9", reference: `pm-${id}`, lines, cancelled: false, visibleAt: 0 });
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal((await delivery())?.state, "rejected");
      match((await delivery())?.reason ?? "", /other lines/);
    });

    test("an existing order that is cancelled at the provider is no success", async () => {
      const { relay, delivery, id } = await paid("duplicate");
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      relay.parcelworks.held.push({ id: "P5", reference: `pm-${id}`, lines, cancelled: true, visibleAt: 0 });
      await relay.run();
      equal((await delivery())?.state, "rejected");
      equal(relay.parcelworks.live().length, 0);
      equal(relay.deadLetters.length, 1);
    });

    test("in doubt is compared with what was sent, not with today's order", async () => {
      const { relay, delivery, id } = await paid("timeout-after-create");
      const [message] = relay.queue;
      ok(message);
      await relay.receive(message);
      await relay.ordered({
        id,
        updatedAt: "2026-11-01T11:00:00Z",
        lines: [{ id: "1", sku: "DEMO-TEE", quantity: 1 }],
      });
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal((await delivery())?.state, "created");
    });

    test("without a conclusive search it stays in doubt, says so, and is never posted blindly", async () => {
      const { relay, delivery } = await paid("timeout-before-create");
      relay.parcelworks.searchable = false;
      await relay.run(48 * HOUR, 1000);
      equal(relay.parcelworks.posts, 1);
      equal((await delivery())?.state, "in-doubt");
      equal(relay.deadLetters.length, 1);
      relay.parcelworks.searchable = true;
      relay.redrive("new");
      await relay.run();
      equal(relay.parcelworks.live().length, 1);
      equal((await delivery())?.state, "created");
    });

    test("a look-up that is down is asked again, and nothing is posted meanwhile", async () => {
      const { relay } = await paid("timeout-after-create");
      relay.parcelworks.findFails = 5;
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal(relay.parcelworks.live().length, 1);
    });

    test("two messages of one delivery at the same moment make one order", async () => {
      const { relay } = await paid();
      const [first] = relay.queue;
      ok(first);
      relay.send(first.body);
      await Promise.all(relay.queue.map((message) => relay.receive(message)));
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal(relay.queue.length, 0);
    });

    test("a message that finds a live lease is given back until the lease is over, and never acknowledged", async () => {
      const { relay } = await paid();
      const [first] = relay.queue;
      ok(first);
      relay.send(first.body);
      const [, second] = relay.queue;
      ok(second);
      let met: Awaited<ReturnType<Relay["receive"]>> | undefined;
      relay.parcelworks.onPost = async () => {
        relay.parcelworks.onPost = async () => {};
        met = await relay.receive(second);
      };
      await relay.receive(first);
      ok(met && met !== "killed");
      equal(met.outcome, "waiting");
      ok(met.disposition !== "ack" && met.disposition.retryInMs === 120_000, "function timeout and clock skew");
    });

    test("a cancellation before it started suppresses it", async () => {
      const { relay, id, delivery } = await paid();
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
      equal((await delivery())?.state, "cancelled");
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      equal(relay.queue.length, 0);
      equal((await relay.trace(id)).state, "cancelled");
    });

    test("cancelled while in doubt, it is looked up first: there, it is created and said so; not there, it is not sent again", async () => {
      for (const [fate, state, live] of [
        ["timeout-after-create", "created", 1],
        ["timeout-before-create", "cancelled", 0],
      ] as const) {
        const { relay, id, delivery } = await paid(fate);
        const [message] = relay.queue;
        ok(message);
        await relay.receive(message);
        await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
        await relay.run();
        equal((await delivery())?.state, state);
        equal(relay.parcelworks.live().length, live);
        equal(relay.parcelworks.posts, 1);
        const late = state === "created" ? ["parcelworks/demo"] : [];
        deepEqual(relay.late, late);
        equal(/too late for parcelworks\/demo/.test((await relay.trace(id)).reason ?? ""), late.length > 0);
      }
    });

    test("the rejected message of an order cancelled since ends when it is replayed", async () => {
      const { relay, id, delivery } = await paid("rejected");
      await relay.run();
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
      relay.redrive("new");
      await relay.run();
      equal(relay.parcelworks.posts, 1);
      equal((await delivery())?.state, "cancelled");
      equal(relay.queue.length + relay.deadLetters.length, 0);
    });

    test("an order wanted again after a cancellation that came in time is a new generation; the old message is superseded", async () => {
      const { relay, id } = await paid();
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
      await relay.ordered({ id, updatedAt: "2026-11-01T12:00:00Z" });
      equal((await relay.trace(id)).generation, 2);
      await relay.run();
      deepEqual(
        relay.parcelworks.live().map(({ reference }) => reference),
        [`pm-${id}-g2`],
      );
    });

    test("an order wanted again after it was created is held for the operator", async () => {
      const { relay, id } = await paid();
      await relay.run();
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
      await relay.ordered({ id, updatedAt: "2026-11-01T12:00:00Z" });
      const { state, generation } = await relay.trace(id);
      deepEqual({ state, generation }, { state: "held", generation: 1 });
      await relay.run();
      equal(relay.parcelworks.posts, 1);
    });

    test("what is fulfilled or refunded meanwhile is withdrawn, not sent", async () => {
      const { relay, id, delivery } = await paid();
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, quantityToShip: 0 }];
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", lines });
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      equal((await delivery())?.state, "withdrawn");
    });

    test("what the channel calls fulfilled before it was sent is withdrawn, whatever its lines say", async () => {
      const { relay, id, delivery } = await paid();
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", fulfilmentState: "fulfilled" });
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      equal((await delivery())?.state, "withdrawn");
    });

    for (const first of ["down", "created"] as const) {
      test(`lines that come back to a withdrawn delivery are sent, the first fate being ${first}`, async () => {
        const { relay, id, delivery } = await paid(first);
        const [message] = relay.queue;
        ok(message);
        if (first === "down") await relay.receive(message);
        const none = [{ id: "1", sku: "DEMO-TEE", quantity: 2, quantityToShip: 0 }];
        await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", lines: none });
        await relay.run();
        deepEqual([(await delivery())?.state, relay.queue.length], ["withdrawn", 0]);
        await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00Z" });
        await relay.run();
        equal((await delivery())?.state, "created");
        deepEqual([relay.parcelworks.live().length, relay.queue.length], [1, 0]);
      });
    }

    test("lines that come back while an older attempt withdraws the delivery are sent", async () => {
      const { relay, id, delivery } = await paid();
      const none = [{ id: "1", sku: "DEMO-TEE", quantity: 2, quantityToShip: 0 }];
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", lines: none });
      const [message] = relay.queue;
      ok(message);
      const { ledger } = relay;
      const { load } = ledger;
      ledger.load = async (identity) => {
        const file = await load(identity);
        ledger.load = load;
        await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00Z" });
        return file;
      };
      await relay.receive(message);
      equal((await delivery())?.state, "withdrawn");
      await relay.run();
      deepEqual([(await delivery())?.state, relay.parcelworks.live().length], ["created", 1]);
    });

    for (const [what, changes] of [
      ["a later generation than the order has", { generation: 9 }],
      ["a destination that was never decided", { destination: "parcelworks/other" }],
      ["a destination of another provider", { destination: "s2/us" }],
    ] as const) {
      test(`a message of ${what} creates nothing and ends in the DLQ`, async () => {
        const { relay, delivery } = await paid();
        const [first, second] = ["parcelworks/other", "s2/us"].map((path) => path.split("/"));
        for (const [provider = "", name = ""] of [first ?? [], second ?? []]) {
          const [known] = relay.config.destinations;
          ok(known);
          relay.config.destinations.push({ ...known, provider, name });
        }
        const [message] = relay.queue.splice(0);
        relay.send(JSON.stringify({ ...JSON.parse(message?.body ?? ""), ...changes }));
        await relay.run();
        deepEqual([relay.parcelworks.posts, relay.deadLetters.length], [0, 1]);
        equal((await delivery())?.state, "queued");
      });
    }

    test("a message of an order that is held until it is paid creates nothing", async () => {
      const { relay, id } = unheard();
      await relay.ordered({ id, financialState: "pending" });
      const note = { eventId: "e", receivedAt: "2026-11-01T11:00:00Z", note: "" };
      const order = { v: 1, channel: "plain", connection: "main", orderId: id, generation: 1 };
      relay.send(JSON.stringify({ ...order, destination: "parcelworks/demo", ...note }));
      await relay.run();
      deepEqual([relay.parcelworks.posts, relay.deadLetters.length], [0, 1]);
    });

    test("a text as long as an event lets it be, and whole numbers written 2.0, make no order unreadable", async () => {
      const id = newId();
      const relay = new Relay(started);
      const note = "x".repeat(2_000_000);
      equal(
        (await relay.ordered({ id, note, lines: [{ id: "1", sku: "DEMO-TEE", quantity: "2.0" }] })).outcome,
        "recorded",
      );
      await relay.run();
      equal(relay.parcelworks.held[0]?.lines[0]?.quantity, 2);
    });

    test("only what is still to ship is sent", async () => {
      const { relay, id } = await paid();
      const lines = [
        { id: "1", sku: "DEMO-TEE", quantity: 3, quantityToShip: 1 },
        { id: "2", sku: "DEMO-MUG", quantity: 1, quantityToShip: 0 },
        { id: "3", sku: "DEMO-GIFT-CARD", quantity: 1, ships: false },
      ];
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", lines });
      await relay.run();
      deepEqual(relay.parcelworks.held[0]?.lines, [{ id: "1", sku: "DEMO-TEE", quantity: 1, product: "DEMO-TEE" }]);
    });

    test("after a restore of the table an unended delivery is in doubt, never free", async () => {
      const { relay, id, delivery } = await paid();
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      // Created before the restore, which the restored table does not know.
      relay.parcelworks.held.push({ id: "P42", reference: `pm-${id}`, lines, cancelled: false, visibleAt: 0 });
      relay.config = { ...relay.config, restoredAt: "2099-01-01T00:00:00Z" };
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      deepEqual((await delivery())?.providerOrderIds, ["P42"]);
    });

    for (const generation of [2, 6]) {
      test(`generation ${generation}, which a restored table has forgotten, is found and not doubled`, async () => {
        const { relay, id, delivery } = await paid();
        const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
        const reference = `pm-${id}-g${generation}`;
        relay.parcelworks.held.push({ id: "P44", reference, lines, cancelled: false, visibleAt: 0 });
        relay.config = { ...relay.config, restoredAt: new Date(relay.clock + MINUTE).toISOString() };
        await relay.run();
        equal(relay.parcelworks.posts, 0);
        const found = await delivery();
        deepEqual([found?.state, found?.reference, found?.providerOrderIds], ["created", reference, ["P44"]]);
      });
    }

    test("a later generation that was cancelled at the provider, and forgotten by a restore, is a person's to judge", async () => {
      const { relay, id, delivery } = await paid();
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      relay.parcelworks.held.push({ id: "P45", reference: `pm-${id}-g3`, lines, cancelled: true, visibleAt: 0 });
      relay.config = { ...relay.config, restoredAt: new Date(relay.clock + MINUTE).toISOString() };
      await relay.run();
      deepEqual([relay.parcelworks.posts, (await delivery())?.state], [0, "rejected"]);
    });

    test("an order that the restored table has forgotten whole, and that is heard of again, is looked up before it is sent", async () => {
      const { relay, id, delivery } = unheard();
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, product: "DEMO-TEE" }];
      relay.parcelworks.held.push({ id: "P43", reference: `pm-${id}`, lines, cancelled: false, visibleAt: 0 });
      // Placed at 10:00, restored at 11:00, heard of again at 12:00.
      relay.config = { ...relay.config, restoredAt: "2026-11-01T11:00:00Z" };
      await relay.ordered({ id });
      await relay.run();
      equal(relay.parcelworks.posts, 0);
      deepEqual((await delivery())?.providerOrderIds, ["P43"]);
    });

    test("an item of a newer release is refused and its message comes back", async () => {
      const { relay, id } = await paid();
      const [message] = relay.queue;
      ok(message);
      const record = await started.ledger.order({ channel: "plain", connection: "main", orderId: id });
      ok(record);
      const key = { pk: `order#plain/main#${id}`, sk: "order" };
      await started.table.put({ ...record, ...key, v: 2 }, { expression: "attribute_exists(pk)" });
      await relay.receive(message).then(
        () => ok(false, "an older function went on with a newer item"),
        (error: Error) => match(String(error), /newer release/),
      );
      equal(relay.parcelworks.posts, 0);
      equal(relay.queue.length, 1);
    });

    test("whatever happens in whatever sequence, there is one live order or a reason in the DLQ", async () => {
      const fates: Fate[] = [
        "timeout-after-create",
        "timeout-before-create",
        "killed-before-create",
        "killed-after-create",
      ];
      const more: Fate[] = ["throttled", "down", "duplicate", "crash"];
      const all = [...fates, ...more];
      for (const first of all) {
        for (const second of all) {
          const { relay, delivery } = await paid(first, second, first);
          await relay.run();
          equal(relay.parcelworks.live().length, 1, `${first}, ${second}`);
          equal((await delivery())?.state, "created", `${first}, ${second}`);
        }
      }
    });
  });
}
