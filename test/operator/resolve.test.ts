import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { recordFinding } from "../../operator/record-finding.ts";
import { keep, renew } from "../../operator/renew.ts";
import { type Finding, findingOf, resolve } from "../../operator/resolve.ts";
import { sendAgain, sendable } from "../../operator/send-again.ts";
import { grouped, waitingOnes } from "../../operator/waiting.ts";
import type { OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { dispatch } from "../../shared/ledger/outbox.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const SETTLING = 120_000;
const SKEW = 30_000;
const HOUR = 3_600_000;
const DESTINATION = "parcelworks/demo";
let count = 0;

/** An operator at the desk of the relay: what `npm run order` does, on its clock. */
class Desk {
  readonly relay: Relay;
  readonly id = `82098291194617${String(++count).padStart(4, "0")}`;

  constructor(started: TestLedger, ...fates: Fate[]) {
    this.relay = new Relay(started);
    this.relay.parcelworks.fates.push(...fates);
  }

  async file(): Promise<OrderSnapshot> {
    const file = await this.relay.ledger.load({ channel: "plain", connection: "main", orderId: this.id });
    ok(file);
    return file;
  }

  async delivery() {
    const { deliveries, record } = await this.file();
    return deliveries.find(({ generation }) => generation === record.generation);
  }

  resolved(file: OrderSnapshot, finding: Finding) {
    const { config, clock: now } = this.relay;
    const { destinations, timing, restoredAt } = config;
    return resolve(file, DESTINATION, finding, {
      ...{ destinations, timing, restoredAt, now, who: "ada", settlingOf: () => SETTLING },
      ...(finding.is === "not-created" && { lookedAt: finding.lookedAt }),
    });
  }

  deps() {
    const { ledger, config, now } = this.relay;
    const queues = { sendToDestination: async (_: string, message: string) => this.relay.send(message) };
    return { ledger, config, now, queues };
  }

  async resolve(text: string, lookedAt?: number) {
    const file = await this.file();
    const at = lookedAt === undefined ? undefined : new Date(lookedAt).toISOString();
    await recordFinding(this.resolved(file, findingOf(text, at)), file.record, `resolved as ${text}`, this.deps());
  }

  async send() {
    const { config, now } = this.relay;
    const file = await this.file();
    const [one] = sendable(file, DESTINATION, config, now());
    await sendAgain(file.record, [one?.destination ?? ""], "sent again by ada", this.deps());
  }

  /** Whatever waits for a person of this order. */
  async waits() {
    return (await waitingOnes(this.relay.ledger, this.relay.config, this.relay.clock)).filter(({ order }) =>
      order.endsWith(this.id),
    );
  }
}

describe("what a person found out at the provider", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  /** In doubt to the end: the provider cannot be searched, the message went to the DLQ. */
  async function inDoubt(fate: Fate) {
    const desk = new Desk(started, fate);
    desk.relay.parcelworks.searchable = false;
    desk.relay.parcelworks.lag = 90 * 24 * HOUR;
    await desk.relay.ordered({ id: desk.id });
    await desk.relay.run();
    equal((await desk.delivery())?.state, "in-doubt");
    equal(desk.relay.deadLetters.length, 1);
    deepEqual(
      (await desk.waits()).map(({ kind }) => kind),
      ["in-doubt"],
    );
    return desk;
  }

  test("created: it ends with the provider's ID, and no message makes a second one", async () => {
    const desk = await inDoubt("timeout-after-create");
    await desk.resolve("created=P1, P2");
    const { state, providerOrderIds, resolvedBy = "", workList } = (await desk.delivery()) ?? {};
    deepEqual(
      { state, providerOrderIds, workList },
      { state: "created", providerOrderIds: ["P1", "P2"], workList: undefined },
    );
    match(resolvedBy, /^created, 2026-\S+ \S+Z, ada$/);
    deepEqual(await desk.waits(), []);

    desk.relay.redrive("new");
    await desk.relay.run();
    deepEqual([desk.relay.parcelworks.posts, desk.relay.deadLetters.length], [1, 0]);
  });

  test("done by hand: it ends, and no message creates it", async () => {
    const desk = await inDoubt("timeout-before-create");
    await desk.resolve("done-by-hand");
    equal((await desk.delivery())?.state, "done-by-hand");
    desk.relay.redrive("new");
    await desk.relay.run();
    equal(desk.relay.parcelworks.posts, 1);
    deepEqual(await desk.waits(), []);
  });

  test("done by hand: one that was never claimed ends too, and its message creates nothing", async () => {
    const desk = new Desk(started);
    await desk.relay.ordered({ id: desk.id });
    await desk.resolve("done-by-hand");
    await desk.relay.run();
    deepEqual([desk.relay.parcelworks.posts, (await desk.delivery())?.state], [0, "done-by-hand"]);
  });

  test("not created, and this process ends before the message is sent: it is still counted as open", async () => {
    const desk = await inDoubt("timeout-before-create");
    const { delivery, send } = desk.resolved(await desk.file(), findingOf("not-created"));
    deepEqual([send, await desk.relay.ledger.putDelivery(delivery)], [true, "written"]);
    desk.relay.clock += 2 * HOUR;
    deepEqual(
      (await desk.waits()).map(({ kind }) => kind),
      ["overdue"],
    );
  });

  test("not created: one message creates it once, though the provider still cannot be searched", async () => {
    const desk = await inDoubt("timeout-before-create");
    await desk.resolve("not-created");
    await desk.relay.run();
    equal((await desk.delivery())?.state, "created");
    // The dead letter comes back as well.
    desk.relay.redrive("kept");
    await desk.relay.run();
    deepEqual([desk.relay.parcelworks.posts, desk.relay.parcelworks.live().length], [2, 1]);
  });

  /** Looked at by the operator; then a colleague's redrive posts it, and the answer is lost. */
  async function postedAfterTheLook() {
    const desk = await inDoubt("timeout-before-create");
    const { relay } = desk;
    const lookedAt = relay.clock;
    relay.parcelworks.searchable = true;
    relay.parcelworks.lag = 0;
    relay.parcelworks.fates.push("timeout-after-create");
    relay.clock += 60_000;
    relay.redrive("new");
    const [message] = relay.queue;
    ok(message);
    await relay.receive(message);
    equal((await desk.delivery())?.state, "in-doubt");
    relay.clock += 10 * 60_000;
    return { desk, lookedAt };
  }

  test("not created, by a look before the last request: refused, naming when to look again", async () => {
    const { desk, lookedAt } = await postedAfterTheLook();
    const last = (await desk.delivery())?.lastSentAt ?? 0;
    await rejects(desk.resolve("not-created", lookedAt), /may still create the order until/);
    await rejects(desk.resolve("not-created", last + SETTLING + SKEW - 1), /may still create the order until/);
    await rejects(desk.resolve("not-created", desk.relay.clock + 1), /in the future/);
    equal((await desk.delivery())?.state, "in-doubt");
    desk.relay.parcelworks.held.length = 0;
    await desk.resolve("not-created", last + SETTLING + SKEW);
    await desk.relay.run();
    equal(desk.relay.parcelworks.live().length, 1);
  });

  test("not created, said after an old look: the next message looks it up once more, and makes no second order", async () => {
    const { desk } = await postedAfterTheLook();
    await desk.resolve("not-created");
    await desk.relay.run();
    deepEqual([desk.relay.parcelworks.posts, desk.relay.parcelworks.live().length], [2, 1]);
    equal((await desk.delivery())?.state, "created");
  });

  test("not created, and this process ends after the delivery was written: the due-time pass sends it", async () => {
    const desk = await inDoubt("timeout-before-create");
    const file = await desk.file();
    const { ledger } = desk.relay;
    const putDelivery: typeof ledger.putDelivery = async (delivery) => {
      await ledger.putDelivery(delivery);
      throw new Error("killed");
    };
    const resolved = desk.resolved(file, findingOf("not-created"));
    const deps = { ...desk.deps(), ledger: { ...ledger, putDelivery } };
    await rejects(recordFinding(resolved, file.record, "resolved", deps), /killed/);
    const { toSend, workAt = "" } = (await desk.file()).record;
    deepEqual(toSend, [DESTINATION]);
    equal(Date.parse(workAt), desk.relay.clock + desk.relay.config.timing.dueAfter);
  });

  test("not created, while another writer changes the order: its message is sent all the same", async () => {
    const desk = await inDoubt("timeout-before-create");
    const file = await desk.file();
    await desk.relay.arrives({ kind: "change", change: "touched", orderId: desk.id });
    await recordFinding(desk.resolved(file, findingOf("not-created")), file.record, "resolved", desk.deps());
    equal(desk.relay.queue.length, 1);
    await desk.relay.run();
    equal(desk.relay.parcelworks.live().length, 1);
  });

  test("not created: a message that fails after the request left is in doubt again, never posted blindly", async () => {
    const desk = await inDoubt("timeout-before-create");
    desk.relay.parcelworks.fates.push("timeout-after-create");
    await desk.resolve("not-created");
    await desk.relay.run();
    deepEqual([(await desk.delivery())?.state, desk.relay.parcelworks.posts], ["in-doubt", 2]);
    equal(desk.relay.parcelworks.live().length, 1);
  });

  test("not created: refused while the request may still create the order, and while an attempt runs", async () => {
    const desk = new Desk(started, "killed-before-create");
    await desk.relay.ordered({ id: desk.id });
    const [message] = desk.relay.queue;
    ok(message);
    await desk.relay.receive(message);
    const claimed = await desk.delivery();
    equal(claimed?.state, "sending");
    for (const finding of ["not-created", "created=P1", "done-by-hand", "cancelled"]) {
      await rejects(desk.resolve(finding), /is being sent right now/, finding);
    }
    await rejects(desk.send(), /is being sent right now/);

    desk.relay.clock = (claimed?.leaseUntil ?? 0) + SKEW;
    await rejects(desk.resolve("not-created"), /may still create the order until/);
    desk.relay.clock = (claimed?.actsUntil ?? 0) + SETTLING + SKEW - 1;
    await rejects(desk.resolve("not-created"), /may still create the order until/);
    desk.relay.clock += 1;
    await desk.resolve("not-created");
    await desk.relay.run();
    equal(desk.relay.parcelworks.live().length, 1);
  });

  test("not created: refused for what was never in doubt", async () => {
    const desk = new Desk(started);
    await desk.relay.ordered({ id: desk.id });
    await rejects(desk.resolve("not-created"), /is not in doubt/);
    await rejects(desk.resolve("cancelled"), /Nothing was ever sent/);
    await desk.relay.run();
    for (const finding of ["not-created", "created=P9", "done-by-hand"]) {
      await rejects(desk.resolve(finding), /has ended: created as P1/, finding);
    }
  });

  test("not created: ends the doubt that a restore of the table left", async () => {
    const desk = new Desk(started);
    desk.relay.parcelworks.searchable = false;
    await desk.relay.ordered({ id: desk.id });
    desk.relay.clock += HOUR;
    desk.relay.config = { ...desk.relay.config, restoredAt: new Date(desk.relay.clock).toISOString() };
    await rejects(desk.resolve("not-created"), /may still create the order until/);
    await desk.relay.run();
    deepEqual([(await desk.delivery())?.state, desk.relay.parcelworks.posts], ["in-doubt", 0]);
    await desk.resolve("not-created");
    await desk.relay.run(HOUR);
    deepEqual([(await desk.delivery())?.state, desk.relay.parcelworks.posts], ["in-doubt", 0]);
    // And that the order is still wanted, once it was fetched from its channel.
    const record = await desk.relay.ledger.order({ channel: "plain", connection: "main", orderId: desk.id });
    ok(record?.channelWait?.cause === "restored");
    const fetchedAt = new Date(desk.relay.clock).toISOString();
    await desk.relay.ledger.putOrder({ ...record, rev: record.rev + 1, confirmedAt: fetchedAt });
    await desk.relay.run();
    deepEqual([(await desk.delivery())?.state, desk.relay.parcelworks.posts], ["created", 1]);
  });

  test("not created: an order that was cancelled meanwhile ends as cancelled", async () => {
    const desk = await inDoubt("timeout-before-create");
    await desk.relay.arrives({ kind: "change", change: "cancelled", orderId: desk.id, topic: "orders/cancelled" });
    await desk.resolve("not-created");
    equal((await desk.delivery())?.state, "cancelled");
    deepEqual([desk.relay.queue.length, await desk.waits()], [0, []]);
  });

  test("a finding that lost to an attempt changes nothing", async () => {
    const desk = new Desk(started, "down");
    await desk.relay.ordered({ id: desk.id });
    const [message] = desk.relay.queue;
    ok(message);
    await desk.relay.receive(message);
    const { delivery } = desk.resolved(await desk.file(), findingOf("done-by-hand"));
    await desk.relay.run();
    equal(await desk.relay.ledger.putDelivery(delivery), "conflict");
    equal((await desk.delivery())?.state, "created");
  });

  test("an open step after creation, done by hand, ends; the order stays created", async () => {
    const desk = new Desk(started);
    const { client } = desk.relay.parcelworks;
    const create = client.create.bind(client);
    client.create = async (...parts) => ({ ...(await create(...parts)), followUp: "mark-paid" });
    client.followUp = async () => {
      throw new Error("no such payment");
    };
    await desk.relay.ordered({ id: desk.id });
    await desk.relay.run();
    deepEqual(
      (await desk.waits()).map(({ kind }) => kind),
      ["follow-up"],
    );
    await rejects(desk.resolve("created=P2"), /has ended: created as P1/);
    await desk.resolve("done-by-hand");
    const { state, followUp, providerOrderIds } = (await desk.delivery()) ?? {};
    deepEqual(
      { state, followUp, providerOrderIds },
      { state: "created", followUp: undefined, providerOrderIds: ["P1"] },
    );
    deepEqual(await desk.waits(), []);
  });

  test("what no provider answers is refused with what to write", () => {
    for (const text of ["", "created", "created=", "created= ,", "gone"])
      throws(() => findingOf(text), /write created=/);
    throws(() => findingOf("not-created", "yesterday"), /--looked-at yesterday: write the UTC time/);
    throws(() => findingOf("cancelled", "2026-11-20T14:05:00Z"), /belongs to --resolve not-created/);
  });
});

describe("sending again from the ledger", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  test("a rejected delivery whose dead letter is gone is created; the trace says who sent it", async () => {
    const desk = new Desk(started);
    desk.relay.parcelworks.missingSku = "DEMO-TEE";
    await desk.relay.ordered({ id: desk.id });
    await desk.relay.run();
    equal((await desk.delivery())?.state, "rejected");
    desk.relay.deadLetters.splice(0);
    desk.relay.parcelworks.missingSku = "";
    await desk.send();
    await desk.relay.run();
    equal((await desk.delivery())?.state, "created");
    deepEqual((await desk.file()).record.events.at(-1)?.outcome, "sent again by ada");
    await rejects(desk.send(), /has ended: created as P1/);
  });

  test("a delivery that was never sent is created", async () => {
    const desk = new Desk(started);
    desk.relay.queueDown = 1;
    await rejects(desk.relay.ordered({ id: desk.id }), /queue down/);
    await desk.send();
    await desk.relay.run();
    equal(desk.relay.parcelworks.live().length, 1);
    deepEqual((await desk.file()).record.toSend, []);
  });

  test("what is retried automatically, goes elsewhere or to no destination is refused in a sentence", async () => {
    const desk = new Desk(started, "down");
    await desk.relay.ordered({ id: desk.id });
    const [message] = desk.relay.queue;
    ok(message);
    await desk.relay.receive(message);
    await rejects(desk.send(), /is retried automatically at/);
    const { config, clock } = desk.relay;
    const file = await desk.file();
    throws(() => sendable(file, "s2/us", config, clock), /goes to parcelworks\/demo, not to s2\/us/);
    throws(() => sendable(file, undefined, { ...config, destinations: [] }, clock), /no longer in the stage file/);

    const unpaid = new Desk(started);
    await unpaid.relay.ordered({ id: unpaid.id, financialState: "pending" });
    await rejects(unpaid.send(), /is held: not paid yet/);
  });

  test("a queue that is down leaves it to the due-time pass", async () => {
    const desk = new Desk(started);
    desk.relay.queueDown = 2;
    await rejects(desk.relay.ordered({ id: desk.id }), /queue down/);
    desk.relay.clock += HOUR;
    await rejects(desk.send(), /queue down/);
    const { toSend, workAt = "" } = (await desk.file()).record;
    deepEqual(toSend, [DESTINATION]);
    equal(Date.parse(workAt), desk.relay.clock + desk.relay.config.timing.dueAfter);
  });
});

describe("an order held for a person", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  /** Created, cancelled at the channel, wanted again. */
  async function held() {
    const desk = new Desk(started);
    const { relay, id } = desk;
    await relay.ordered({ id });
    await relay.run();
    await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00.000Z", cancelledAt: "2026-11-01T11:00:00.000Z" });
    await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00.000Z" });
    equal((await desk.file()).record.state, "held");
    deepEqual(
      (await desk.waits()).map(({ kind }) => kind),
      ["held"],
    );
    return desk;
  }

  async function release(desk: Desk, how: "renew" | "keep") {
    const { ledger, config, now } = desk.relay;
    const file = await desk.file();
    const releaser = { config, who: "ada", now: now() };
    const { record } = how === "keep" ? keep(file, releaser) : await renew(file, ledger, releaser);
    equal(await ledger.putOrder(record), "written");
    const queues = { sendToDestination: async (_: string, message: string) => desk.relay.send(message) };
    await dispatch(record, { ledger, now, queues });
  }

  test("begins a new generation once its former delivery is cancelled there, and is created under a reference of its own", async () => {
    const desk = await held();
    await rejects(release(desk, "renew"), /may still exist: parcelworks\/demo \(created\)/);
    await desk.resolve("cancelled");
    await release(desk, "renew");
    await desk.relay.run();
    const { record } = await desk.file();
    deepEqual([record.state, record.generation, record.workList === "held"], ["recorded", 2, false]);
    deepEqual(
      desk.relay.parcelworks.held.map(({ reference }) => reference),
      [`pm-${desk.id}`, `pm-${desk.id}-g2`],
    );
    deepEqual(await desk.waits(), []);
    await rejects(release(desk, "renew"), /Only an order that is held/);
  });

  test("is kept as it is: the former order stays the one, and nothing is sent", async () => {
    const desk = await held();
    await release(desk, "keep");
    await desk.relay.run();
    const { record } = await desk.file();
    deepEqual([record.state, record.generation], ["recorded", 1]);
    equal(desk.relay.parcelworks.posts, 1);
    deepEqual(await desk.waits(), []);
  });

  test("is kept whole: what the cancellation had still to reach is not cancelled", async () => {
    const desk = await held();
    const file = await desk.file();
    // route-order ended before it suppressed anything.
    const { record, will } = keep(
      { ...file, record: { ...file.record, toSuppress: [DESTINATION] } },
      { config: desk.relay.config, who: "ada", now: desk.relay.clock },
    );
    match(will, /nothing is sent/);
    deepEqual([record.state, record.toSuppress], ["recorded", []]);
  });

  test("is not renewed while a delivery of it is rejected or in doubt: an unseen order may exist", async () => {
    const desk = new Desk(started, "rejected");
    const { relay, id } = desk;
    await relay.ordered({ id });
    await relay.run();
    await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00.000Z", cancelledAt: "2026-11-01T11:00:00.000Z" });
    await relay.ordered({ id, updatedAt: "2026-11-01T11:30:00.000Z" });
    await rejects(release(desk, "renew"), /may still exist: parcelworks\/demo \(rejected\)/);
    relay.clock += SETTLING + SKEW;
    await desk.resolve("not-created");
    equal((await desk.delivery())?.state, "cancelled");
    await release(desk, "renew");
    await relay.run();
    equal(relay.parcelworks.live().length, 1);
  });
});

test("reasons that differ in order, SKU and amount alone are one group; other codes, kinds and destinations are not", () => {
  const one = (order: string, reason: string, changes = {}) => ({
    ...{ order: `shopify/main/${order}`, destination: "s2/us", kind: "rejected" as const, reference: `SH-${order}` },
    ...{ since: `2026-11-01T10:00:0${order}Z`, reason },
    ...changes,
  });
  const groups = grouped([
    one("3", "SKU SHOP-3 is unknown to s2/us: add it."),
    one("1", "SKU SHOP-1 is unknown to s2/us: add it."),
    one("2", "S2 refused SH-2 with code 1002: balance 12.50 is too low"),
    one("4", "S2 refused SH-4 with code 1002: balance 7.25 is too low"),
    one("5", "S2 refused SH-5 with code 1003: balance 7.25 is too low"),
    one("6", "SKU SHOP-6 is unknown to s2/us: add it.", { kind: "failed" }),
    one("7", "SKU SHOP-7 is unknown to s2/eu: add it.", { destination: "s2/eu" }),
  ]);
  deepEqual(
    groups.map(({ waiting, reason }) => [waiting.map(({ order }) => order.at(-1)).join(""), reason]),
    [
      ["13", "SKU … is unknown to s2/us: add it."],
      ["24", "S2 refused … with code 1002: balance … is too low"],
      ["5", "S2 refused … with code 1003: balance … is too low"],
      ["6", "SKU … is unknown to s2/us: add it."],
      ["7", "SKU … is unknown to s2/eu: add it."],
    ],
  );
});
