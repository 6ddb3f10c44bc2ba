import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { cancelled as cancelledDelivery, claimed, newDelivery } from "../../../shared/ledger/delivery-life.ts";
import { ForbiddenTransition } from "../../../shared/ledger/forbidden-transition.ts";
import {
  afterErasure,
  asked,
  cancelled,
  cancelledAgain,
  type Decision,
  dispatched,
  dueAgain,
  erased,
  erasedUnknown,
  erasureBegun,
  firstRecorded,
  gone,
  ignored,
  isUnconfirmed,
  kept,
  looked,
  noted,
  ORDER_TRANSITIONS,
  type OrderStage,
  type OrderTransition,
  orderStageOf,
  renewed,
  repeated,
  reusedId,
  revived,
  sentAgain,
  unconfirmed,
  unfetchable,
  unreadable,
  updated,
  watched,
  withTrace,
} from "../../../shared/ledger/order-life.ts";
import { OrderRecord, TRACE_LENGTH } from "../../../shared/ledger/order-record.ts";
import { OrderState } from "../../../shared/order-state.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const DUE = 15 * 60_000;
const LOOK = 5 * 60_000;
const DAY = 86_400_000;
const ONE = "parcelworks/one";
const TWO = "parcelworks/two";

const identity = { channel: "plain", connection: "main", orderId: "1" };
const occasion = {
  now: NOW,
  topic: "orders/paid",
  eventId: "evt_1",
  receivedAt: "2026-11-01T11:59:59Z",
  dueAfter: DUE,
  holdLookAfter: LOOK,
  heldTooLong: 3 * DAY,
};
const facts = { freshness: "2026-11-01|1|", digest: "d1", buyer: "b1", number: "#1" };
const newer = { freshness: "2026-11-02|1|", digest: "d2", buyer: "b2", number: "#2" };
const DECISIONS: Record<Exclude<OrderState, "cancelled">, Decision> = {
  recorded: { state: "recorded", destinations: [ONE, TWO] },
  held: { state: "held", reason: "not paid yet", destinations: [] },
  "not-routed": { state: "not-routed", reason: "a test order", destinations: [] },
  unrouted: { state: "unrouted", reason: "no route", destinations: [] },
};
const first = (state: Exclude<OrderState, "cancelled">, at = NOW) =>
  firstRecorded(identity, facts, DECISIONS[state], { ...occasion, now: at }, 1_800_000_000);
const finished = { sent: [ONE, TWO], suppressed: [ONE, TWO], late: [], now: NOW };

const recorded = dispatched(first("recorded"), finished);
const sentAndCancelled = dispatched(cancelled(recorded, newer, undefined, occasion), finished);
const SAMPLES: Record<Exclude<OrderStage, "new">, OrderRecord> = {
  recorded,
  held: first("held"),
  "not-routed": first("not-routed"),
  unrouted: first("unrouted"),
  cancelled: sentAndCancelled,
  "held-for-operator": revived(sentAndCancelled, newer, DECISIONS.recorded, [], occasion),
};

const FIRST = ["firstRecorded", "erasedUnknown"] as const;
const CALLS: Record<Exclude<OrderTransition, (typeof FIRST)[number]>, (record: OrderRecord) => OrderRecord> = {
  updated: (record) => updated(record, newer, DECISIONS.recorded, occasion),
  repeated: (record) => repeated(record, newer.freshness, DECISIONS.recorded, occasion),
  ignored: (record) => ignored(record, "stale", occasion),
  gone: (record) => gone(record, occasion),
  noted: (record) => noted(record, "erasure requested", occasion),
  cancelled: (record) => cancelled(record, newer, undefined, occasion),
  cancelledAgain: (record) => cancelledAgain(record, newer, occasion),
  revived: (record) => revived(record, newer, DECISIONS.recorded, [], occasion),
  dispatched: (record) => dispatched(record, finished),
  asked: (record) => asked(record, { first: LOOK, longest: 6 * 3_600_000 }, NOW),
  reusedId: (record) => reusedId(record, newer, occasion),
  unreadable: (record) => unreadable(record, { reason: "cannot be read: total" }, occasion),
  watched: (record) => watched(record, { lookAt: NOW + DAY }),
  looked: (record) => looked(record, [ONE], DUE, NOW),
  unfetchable: (record) => unfetchable(record, occasion),
  unconfirmed: (record) => unconfirmed(record, NOW),
  dueAgain: (record) => dueAgain(record, occasion),
  sentAgain: (record) => sentAgain(record, [ONE], "sent again by ada", occasion),
  renewed: (record) => renewed(record, DECISIONS.recorded, "renewed by ada", occasion),
  kept: (record) => kept(record, "kept by ada", occasion),
  withTrace: (record) => withTrace(record, "resolved by ada", NOW),
  erasureBegun: (record) => erasureBegun(record, [], occasion),
  erased: (record) => erased(record, occasion),
  afterErasure: (record) => afterErasure(record, { freshness: newer.freshness, cancelled: "orders/delete" }, occasion),
};

const stages = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];
const transitions = Object.keys(CALLS) as (keyof typeof CALLS)[];
const movesOf = (transition: OrderTransition) =>
  ORDER_TRANSITIONS[transition].moves as Partial<Record<OrderStage, readonly OrderStage[]>>;

test("there is a sample of each state, and a call of each transition", () => {
  deepEqual([...new Set(Object.values(SAMPLES).map(({ state }) => state))].sort(), [...OrderState.options].sort());
  for (const stage of stages) equal(orderStageOf(SAMPLES[stage]), stage);
  deepEqual([...FIRST, ...transitions].sort(), Object.keys(ORDER_TRANSITIONS).sort());
});

/** What must hold of every record in the table. */
function isSound(record: OrderRecord): void {
  deepEqual(z.parse(OrderRecord, record), record);
  const { decided, toSend, toSuppress, workAt, workList, events } = record;
  ok(workAt && workList, "every record has an entry in the work list");
  const waits = orderStageOf(record) === "held-for-operator" && toSend.length + toSuppress.length === 0;
  equal(workList === "held", waits, "in `held` when nothing else is open, and only then");
  if (!waits) equal(workList, workAt.slice(0, 13));
  for (const destination of [...toSend, ...toSuppress]) ok(decided.includes(destination));
  const waitsIn = record.channelWait?.cause === "restored" ? "recorded" : "held";
  ok(
    !record.channelWait || orderStageOf(record) === waitsIn,
    "only a held order waits for its channel, but for a restore",
  );
  ok(events.length <= TRACE_LENGTH && record.eventCount >= events.length);
}

for (const transition of transitions) {
  for (const stage of stages) {
    const to = movesOf(transition)[stage];
    test(`${transition} from ${stage} ${to ? `leads to ${to.join(" or ")}` : "is forbidden"}`, () => {
      const before = SAMPLES[stage];
      const copy = structuredClone(before);
      if (!to) {
        throws(() => CALLS[transition](before), ForbiddenTransition);
        return;
      }
      const after = CALLS[transition](before);
      deepEqual(before, copy, "the one it was made from is not touched");
      ok(to.includes(orderStageOf(after)), orderStageOf(after));
      equal(after.rev, before.rev + 1);
      isSound(after);
      for (const once of ["channel", "orderId", "firstSeenAt", "expiresAt", "buyer", "number"] as const) {
        const isSetAgain = transition === "reusedId" || (once === "buyer" && transition === "erased");
        if (!isSetAgain || !["buyer", "number"].includes(once)) equal(after[once], before[once], once);
      }
      ok(after.generation === before.generation || transition === "revived" || transition === "renewed");
    });
  }
}

const HELD_BY_CHANNEL: Decision = { state: "held", reason: "masked address", destinations: [], asksChannel: true };
const minutesUntilLook = ({ workAt = "" }: OrderRecord, now = NOW) => (Date.parse(workAt) - now) / 60_000;

test("an order that its channel holds has a next look, which a repeat of it does not move", () => {
  const held = firstRecorded(identity, facts, HELD_BY_CHANNEL, occasion, 1_800_000_000);
  isSound(held);
  deepEqual([held.channelWait?.cause, minutesUntilLook(held)], ["hold", 5]);
  const lookedAt = asked(held, { first: LOOK, longest: 6 * 3_600_000 }, NOW);
  const later = { ...occasion, now: NOW + 60_000 };
  for (const again of [
    repeated(lookedAt, newer.freshness, HELD_BY_CHANNEL, later),
    updated(lookedAt, newer, HELD_BY_CHANNEL, later),
  ]) {
    isSound(again);
    deepEqual([again.channelWait, again.workAt], [lookedAt.channelWait, lookedAt.workAt]);
  }
});

test("the wait for the channel ends when its hold is lifted, also where the rest of the order is the same", () => {
  const held = firstRecorded(identity, facts, HELD_BY_CHANNEL, occasion, 1_800_000_000);
  for (const decision of Object.values(DECISIONS)) {
    for (const lifted of [
      repeated(held, newer.freshness, decision, occasion),
      updated(held, newer, decision, occasion),
      cancelled(held, newer, undefined, occasion),
    ]) {
      isSound(lifted);
      equal(lifted.channelWait, undefined);
    }
    equal(repeated(held, newer.freshness, decision, occasion).state, decision.state);
  }
});

test("after a restore a recorded order waits to be fetched; whatever the fetch finds, it waits no longer", () => {
  const waiting = unconfirmed(recorded, NOW);
  deepEqual(waiting.channelWait, { cause: "restored", since: new Date(NOW).toISOString(), looks: 0 });
  const fetched = { ...occasion, fetchedAt: new Date(NOW + 1).toISOString() };
  for (const next of [
    repeated(waiting, facts.freshness, DECISIONS.recorded, fetched),
    updated(waiting, newer, DECISIONS.recorded, fetched),
    ignored(waiting, "stale", fetched),
    cancelled(waiting, newer, undefined, fetched),
  ]) {
    deepEqual([next.channelWait, next.confirmedAt], [undefined, fetched.fetchedAt]);
  }
  // A webhook confirms nothing, nor does a fetch that began before the one that was recorded.
  equal(repeated(waiting, facts.freshness, undefined, occasion).channelWait?.cause, "restored");
  const earlier = { ...fetched, fetchedAt: new Date(NOW).toISOString() };
  equal(ignored(ignored(waiting, "stale", fetched), "stale", earlier).confirmedAt, fetched.fetchedAt);
  const held = unfetchable(waiting, occasion);
  deepEqual([orderStageOf(held), held.workList, isUnconfirmed(held)], ["held-for-operator", "held", true]);
  equal(kept(held, "kept by ada", occasion).confirmedAt, new Date(NOW).toISOString());
});

test("what was not sent is held while the channel does not have it; the wait for its hold goes on as one", () => {
  const missing = gone(first("held"), occasion);
  deepEqual([missing.channelWait?.cause, minutesUntilLook(missing)], ["gone", 5]);
  const held = asked(
    firstRecorded(identity, facts, HELD_BY_CHANNEL, occasion, 1_800_000_000),
    { first: LOOK, longest: DAY },
    NOW,
  );
  const later = { ...occasion, now: NOW + 60_000 };
  const heldAndGone = gone(held, later);
  deepEqual([heldAndGone.channelWait?.looks, heldAndGone.workAt], [1, held.workAt]);
  equal(heldAndGone.channelWait?.since, new Date(later.now).toISOString(), "overdue counts from when it was gone");
  for (const stage of ["recorded", "not-routed", "unrouted", "cancelled", "held-for-operator"] as const) {
    const { events: _, eventCount: __, rev: ___, ...after } = gone(SAMPLES[stage], occasion);
    const { events: ____, eventCount: _____, rev: ______, ...before } = SAMPLES[stage];
    deepEqual(after, before, `${stage}: only the trace says so`);
  }
});

test("every first record has an entry: under the hour of its look, or of its first write", () => {
  const times: Partial<Record<string, number>> = { recorded: NOW + DUE, held: NOW + occasion.heldTooLong };
  for (const [state, decision] of Object.entries(DECISIONS)) {
    const record = firstRecorded(identity, facts, decision, occasion, 1_800_000_000);
    isSound(record);
    deepEqual([record.rev, orderStageOf(record)], [1, state]);
    equal(record.workAt, new Date(times[state] ?? NOW).toISOString());
  }
  const tooLate: Decision = { state: "cancelled", reason: "cancelled at the channel", destinations: [] };
  equal(firstRecorded(identity, facts, tooLate, occasion, 1_800_000_000).workAt, new Date(NOW).toISOString());
});

test("an order that is over keeps its entry through every event that opens nothing", () => {
  const later = { ...occasion, now: NOW + 3 * DAY };
  const { workAt } = recorded;
  equal(updated(recorded, newer, DECISIONS.recorded, later).workAt, workAt);
  equal(repeated(recorded, newer.freshness, DECISIONS.recorded, later).workAt, workAt);
  equal(ignored(recorded, "touched", later).workAt, workAt);
  equal(dispatched(recorded, { ...finished, now: NOW + 3 * DAY }).workAt, workAt);
});

test("what is decided, or to be suppressed, is looked at from then on", () => {
  const later = { ...occasion, now: NOW + 3 * DAY, eventId: "evt_2" };
  const due = new Date(later.now + DUE).toISOString();
  const paid = updated(SAMPLES.held, newer, DECISIONS.recorded, later);
  deepEqual([paid.workAt, paid.dueLooks, paid.eventId], [due, 0, "evt_2"]);
  equal(cancelled(recorded, newer, undefined, later).workAt, due);
  // A look that is coming anyway is soon enough.
  equal(cancelled(recorded, newer, undefined, occasion).workAt, recorded.workAt);
  equal(cancelled(SAMPLES["held-for-operator"], newer, undefined, later).workAt, due);
});

test("held for the operator, it is found under its hour until its suppression is finished, then in `held`", () => {
  const open = cancelled(recorded, newer, undefined, occasion);
  const held = revived(open, { ...newer, freshness: "2026-11-03|1|" }, DECISIONS.recorded, [], occasion);
  deepEqual([orderStageOf(held), held.toSuppress], ["held-for-operator", [ONE, TWO]]);
  isSound(held);
  const done = dispatched(held, finished);
  isSound(done);
  equal(done.workList, "held");
});

test("a new generation begins only where every former delivery is cancelled or withdrawn", () => {
  const deliveries = [ONE, TWO].map((destination) => newDelivery(recorded, destination));
  const gone = deliveries.map((delivery) => cancelledDelivery(delivery, "cancelled"));
  const [one, two] = gone;
  ok(one && two);
  const claim = {
    now: NOW,
    functionTimeout: 1,
    leaseSkew: 1,
    token: "t",
    reference: "r",
    orderVersion: "v",
    lines: [],
    addressDigest: "d",
  };
  const running = claimed(newDelivery(recorded, TWO), claim);
  for (const some of [[], [one], [one, running], [one, { ...two, generation: 9 }]]) {
    equal(revived(sentAndCancelled, newer, DECISIONS.recorded, some, occasion).state, "held");
  }
  const next = revived(sentAndCancelled, newer, DECISIONS.recorded, gone, occasion);
  deepEqual([next.state, next.generation, next.toSend, next.toSuppress], ["recorded", 2, [ONE, TWO], []]);
});

test("a cancellation that came too late stays in the reason through later events", () => {
  const late = ["too late for parcelworks/one (created)"];
  const dispatchedLate = dispatched(cancelled(recorded, newer, undefined, occasion), { ...finished, late });
  equal(cancelledAgain(dispatchedLate, newer, occasion).reason, `cancelled at the channel; ${late[0]}`);
});

test("the trace keeps its newest lines, and counts the others", () => {
  let record: OrderRecord = recorded;
  for (let line = 0; line < TRACE_LENGTH + 5; line++) record = withTrace(record, `line ${line}`, NOW);
  deepEqual([record.events.length, record.eventCount], [TRACE_LENGTH, TRACE_LENGTH + 6]);
  equal(record.events.at(-1)?.outcome, `line ${TRACE_LENGTH + 4}`);
});

test("an order whose buyer's data is to be erased sends nothing, waits for nothing, and is never due by an event", () => {
  for (const stage of stages) {
    const begun = erasureBegun(SAMPLES[stage], [], occasion);
    isSound(begun);
    deepEqual([begun.toSend, begun.channelWait, begun.erasure?.erasedAt], [[], undefined, undefined]);
    const done = erased(begun, occasion);
    isSound(done);
    deepEqual([done.buyer, done.digest, done.erasure?.since], ["erased", undefined, begun.erasure?.since]);
    const later = afterErasure(done, { freshness: "2026-12-01|1|" }, occasion);
    isSound(later);
    deepEqual([later.state, later.toSend, later.buyer, later.digest], [done.state, [], "erased", undefined]);
  }
});

test("an erased order's trace keeps what happened, without what may quote the order; a cancellation keeps its words", () => {
  const held = firstRecorded(
    identity,
    facts,
    { ...HELD_BY_CHANNEL, reason: "Ada Byron, Main 1" },
    occasion,
    1_800_000_000,
  );
  ok(JSON.stringify(held).includes("Ada Byron"));
  const done = erased(erasureBegun(withTrace(held, "looked at: by arn:aws:ada", NOW), [], occasion), occasion);
  ok(!JSON.stringify(done).includes("Ada Byron"), JSON.stringify(done));
  deepEqual(
    done.events.map(({ outcome }) => outcome.slice(0, 24)),
    ["recorded, held", "looked at: by arn:aws:ad", "the buyer's data is to b", "the buyer's data is eras"],
  );
  equal(erased(SAMPLES.cancelled, occasion).reason, "cancelled at the channel");
});

test("an unknown order that is to be erased is remembered as cancelled: what an event brings later is not stored", () => {
  const tombstone = erasedUnknown(identity, occasion, 1_800_000_000);
  isSound(tombstone);
  deepEqual(
    [tombstone.rev, tombstone.state, tombstone.erasure?.erasedAt],
    [1, "cancelled", new Date(NOW).toISOString()],
  );
  equal(afterErasure(tombstone, { freshness: newer.freshness }, occasion).state, "cancelled");
});
