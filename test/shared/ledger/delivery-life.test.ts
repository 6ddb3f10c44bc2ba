import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { Delivery, DeliveryState, ENDED } from "../../../shared/ledger/delivery.ts";
import {
  cancelled,
  cancelledByHand,
  claimed,
  created,
  DELIVERY_TRANSITIONS,
  type DeliveryStage,
  type DeliveryTransition,
  deferred,
  doneByHand,
  endedNotCreated,
  erased,
  fenced,
  followUpDone,
  foundNothing,
  gaveUp,
  inDoubt,
  isOpen,
  newDelivery,
  overdue,
  rejected,
  released,
  requeued,
  resolvedCreated,
  retryAt,
  scrubbed,
  stageOf,
  stepClaimed,
  stepDoneByHand,
  stepDropped,
  withdrawn,
  withReference,
} from "../../../shared/ledger/delivery-life.ts";
import { ForbiddenTransition } from "../../../shared/ledger/forbidden-transition.ts";

const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const SKEW = 30_000;

const fresh: Delivery = {
  ...newDelivery(
    { channel: "plain", connection: "main", orderId: "1", generation: 2, expiresAt: 1_800_000_000 },
    "parcelworks/one",
  ),
  rev: 3,
};
const sent = { reference: "pm-1-g2", attempts: 1, firstSentAt: NOW - 90_000, lastSentAt: NOW - 90_000, lines: [] };
const open = { workList: "open", workAt: "2026-11-01T11:00:00.000Z" };
const errorText = { text: "429 for Ada Byron", rev: 3, expiresAt: 1_790_000_000 };

/** One in each stage, as the table may have it; none was sent and refused, which `claimed` would not take. */
const SAMPLES: Record<Exclude<DeliveryStage, "new">, Delivery> = {
  queued: fresh,
  sending: {
    ...fresh,
    ...sent,
    ...open,
    state: "sending",
    token: "t",
    leaseUntil: NOW - SKEW,
    actsUntil: NOW - 60_000,
  },
  retrying: { ...fresh, ...sent, ...open, errorText, state: "retrying", nextAttemptAt: NOW - 1 },
  "in-doubt": { ...fresh, ...sent, ...open, errorText, state: "in-doubt", settledAt: NOW - 1, nextAttemptAt: NOW - 1 },
  created: { ...fresh, ...sent, state: "created", providerOrderIds: ["P1"], createdAt: NOW - 1 },
  "step-open": { ...fresh, ...sent, ...open, state: "created", providerOrderIds: ["P1"], followUp: "mark-paid" },
  rejected: { ...fresh, state: "rejected", failed: { m0: 1 }, errorText, ...open, workList: "rejected" },
  failed: { ...fresh, state: "failed", failed: { m0: 1 }, errorText, ...open, workList: "failed" },
  cancelled: { ...fresh, state: "cancelled", reason: "cancelled at the channel" },
  withdrawn: { ...fresh, state: "withdrawn", reason: "no line left to ship" },
  "done-by-hand": { ...fresh, ...sent, state: "done-by-hand", reason: "made by hand" },
  erased: { ...fresh, state: "erased" },
};

const cause = { errorText: { text: "500 for Ada Byron, Main 1", expiresAt: 1_790_000_000 } };
const failure = { messageId: "m1", cause, now: NOW };
const by = { resolvedBy: "created, 2026-11-01 12:00:00Z, ada", now: NOW, leaseSkew: SKEW };
const claim = {
  ...{ now: NOW, functionTimeout: 90_000, leaseSkew: SKEW, token: "t2" },
  ...{ reference: "pm-1-g2", orderVersion: "v", lines: [{ id: "1", sku: "A", quantity: 1, product: "A" }] },
  addressDigest: "d",
};

const CALLS: Record<Exclude<DeliveryTransition, "newDelivery">, (delivery: Delivery) => Delivery> = {
  inDoubt: (delivery) => inDoubt(delivery, { settledAt: NOW + 1, now: NOW }),
  withReference: (delivery) => withReference(delivery, "pm-1-g2"),
  foundNothing,
  claimed: (delivery) => claimed(delivery, claim),
  created: (delivery) => created(delivery, { reference: "pm-1-g2", providerOrderIds: ["P1"] }, NOW),
  stepClaimed: (delivery) => stepClaimed(delivery, claim),
  stepDropped,
  followUpDone,
  rejected: (delivery) => rejected(delivery, failure),
  retryAt: (delivery) => retryAt(delivery, failure, { nextAttemptAt: NOW + 1.5, list: "failing" }),
  deferred: (delivery) => deferred(delivery, { cause, now: NOW, nextAttemptAt: NOW + 1.5 }),
  gaveUp: (delivery) => gaveUp(delivery, failure),
  withdrawn,
  cancelled: (delivery) => cancelled(delivery, "cancelled at the channel before it was sent"),
  requeued,
  fenced: (delivery) => fenced(delivery, NOW),
  overdue: (delivery) => overdue(delivery, NOW),
  resolvedCreated: (delivery) => resolvedCreated(delivery, by, ["P2"]),
  doneByHand: (delivery) => doneByHand(delivery, by),
  stepDoneByHand: (delivery) => stepDoneByHand(delivery, by),
  cancelledByHand: (delivery) => cancelledByHand({ ...delivery, firstSentAt: NOW - 90_000 }, by),
  endedNotCreated: (delivery) => endedNotCreated(delivery, by),
  released: (delivery) => released(delivery, by),
  erased,
  scrubbed,
};

const stages = Object.keys(SAMPLES) as (keyof typeof SAMPLES)[];
const transitions = Object.keys(CALLS) as (keyof typeof CALLS)[];
const movesOf = (transition: DeliveryTransition) =>
  DELIVERY_TRANSITIONS[transition].moves as Partial<Record<DeliveryStage, readonly DeliveryStage[]>>;
const isWritten = (transition: DeliveryTransition) => !("inMemory" in DELIVERY_TRANSITIONS[transition]);

test("there is a sample of each state", () => {
  deepEqual([...new Set(Object.values(SAMPLES).map(({ state }) => state))].sort(), [...DeliveryState.options].sort());
  for (const stage of stages) equal(stageOf(SAMPLES[stage]), stage);
  deepEqual(["newDelivery", ...transitions].sort(), Object.keys(DELIVERY_TRANSITIONS).sort());
});

test("a new delivery is queued, of its order's generation unless another is asked for, and in no table yet", () => {
  const order = { channel: "plain", connection: "main", orderId: "1", generation: 3, expiresAt: 1_800_000_000 };
  const made = newDelivery(order, "parcelworks/demo");
  ok(DELIVERY_TRANSITIONS.newDelivery.moves.new.some((stage) => stage === stageOf(made)));
  deepEqual(z.parse(Delivery, made), made);
  deepEqual([made.rev, made.generation, made.attempts, made.expiresAt], [0, 3, 0, order.expiresAt]);
  equal(newDelivery(order, "parcelworks/demo", 2).generation, 2);
});

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
      ok(to.includes(stageOf(after)), stageOf(after));
      equal(after.rev, before.rev + (isWritten(transition) ? 1 : 0));
      if (isWritten(transition)) isSound(after);
      for (const kept of ["channel", "connection", "orderId", "destination", "generation", "expiresAt"] as const) {
        equal(after[kept], before[kept]);
      }
      for (const once of ["reference", "firstSentAt", "notCreatedAt"] as const) {
        if (before[once] !== undefined && once !== "notCreatedAt") equal(after[once], before[once]);
      }
    });
  }
}

/** What must hold of every delivery in the table. */
function isSound(delivery: Delivery): void {
  deepEqual(z.parse(Delivery, delivery), delivery);
  const { state, workList, workAt, token, leaseUntil, actsUntil, settledAt, nextAttemptAt, failed } = delivery;
  const stage = stageOf(delivery);
  deepEqual([workList === undefined, token === undefined], [workAt === undefined, leaseUntil === undefined]);
  if (state !== "sending" && stage !== "step-open") deepEqual([token, leaseUntil], [undefined, undefined]);
  if (state === "sending") ok(token && leaseUntil && actsUntil && leaseUntil > actsUntil && delivery.lines);
  if (state !== "in-doubt") equal(settledAt, undefined);
  if (ENDED.has(state) && stage !== "step-open") {
    deepEqual([workList, nextAttemptAt, delivery.followUp, delivery.tries], [undefined, undefined, undefined, {}]);
    equal(actsUntil, undefined, "nothing of an ended delivery acts any more");
    equal(delivery.errorText, undefined, "an ended delivery quotes no error");
  }
  if (state === "rejected") equal(workList, "rejected");
  if (state === "failed") equal(workList, "failed");
  if (workList === "rejected" || workList === "failed") ok(Object.keys(failed).length > 0);
  if (nextAttemptAt !== undefined)
    ok(Number.isInteger(nextAttemptAt) && (workList === "open" || workList === "failing"));
  if (state === "created") ok(delivery.providerOrderIds.length > 0);
  ok(delivery.attempts >= 0);
}

test("a step that is open after creation keeps the delivery created through every failure", () => {
  const opened = created(
    SAMPLES.sending,
    { reference: "pm-1-g2", providerOrderIds: ["P1"], followUp: "mark-paid", notes: ["n"] },
    NOW,
  );
  deepEqual([stageOf(opened), opened.notes], ["step-open", ["n"]]);
  for (const after of [rejected(opened, failure), gaveUp(opened, failure), CALLS.retryAt(opened)]) {
    deepEqual([after.state, after.followUp, after.providerOrderIds], ["created", "mark-paid", ["P1"]]);
    const done = followUpDone(after);
    deepEqual([stageOf(done), done.workList, done.errorText], ["created", undefined, undefined]);
  }
});

test("what a provider complained of when it created the order stays once the step after creation is done", () => {
  const said = { errorText: { text: "the phone number is not valid", expiresAt: 1 } };
  const order = { reference: "pm-1-g2", providerOrderIds: ["P1"], followUp: "mark-paid", said };
  const opened = created(SAMPLES.sending, order, NOW);
  const done = followUpDone(opened, said);
  for (const delivery of [opened, done]) {
    deepEqual(delivery.errorText, { text: "the phone number is not valid", expiresAt: 1, rev: delivery.rev });
  }
});

test("an open step is under the claim of its create, then of one message at a time", () => {
  const opened = created(
    { ...SAMPLES.sending, leaseUntil: NOW + 1 },
    { reference: "pm-1-g2", providerOrderIds: ["P1"], followUp: "mark-paid" },
    NOW,
  );
  throws(() => stepClaimed(opened, claim), ForbiddenTransition);
  throws(() => CALLS.stepDoneByHand(opened), ForbiddenTransition);
  const next = stepClaimed({ ...opened, leaseUntil: NOW }, claim);
  deepEqual([next.token, next.workList], [claim.token, undefined], "in the good case the index is not written");
  throws(() => stepClaimed(next, claim), ForbiddenTransition);
  // One that waited for the operator is open again, so that its message is missed if the function dies.
  const again = stepClaimed(gaveUp(opened, failure), claim);
  deepEqual([again.workList, isOpen(again, NOW), isOpen(gaveUp(opened, failure), NOW)], ["open", true, false]);
  const plain = created(SAMPLES.sending, { reference: "pm-1-g2", providerOrderIds: ["P1"] }, NOW);
  deepEqual([plain.token, plain.leaseUntil], [undefined, undefined]);
});

test("the messages it failed with are remembered, the newest 100 of them", () => {
  let delivery = SAMPLES.queued;
  for (let time = 1; time <= 150; time++) {
    delivery = (time % 2 ? rejected : gaveUp)(delivery, { ...failure, messageId: `m${time}`, now: time });
  }
  deepEqual(
    Object.values(delivery.failed).sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, index) => index + 51),
  );
});

test("while a lease lasts, only the attempt that holds the claim touches the delivery", () => {
  const running = { ...SAMPLES.sending, leaseUntil: NOW + 1 };
  throws(() => inDoubt(running, { settledAt: NOW, now: NOW }), ForbiddenTransition);
  throws(() => inDoubt(running, { settledAt: NOW, now: NOW, token: "another" }), ForbiddenTransition);
  equal(inDoubt(running, { settledAt: NOW, now: NOW, token: "t" }).state, "in-doubt");
  for (const byHand of ["resolvedCreated", "doneByHand", "cancelledByHand", "endedNotCreated", "released"] as const) {
    throws(() => CALLS[byHand](running), ForbiddenTransition, byHand);
    // The clock of the operator's machine may be ahead.
    throws(() => CALLS[byHand]({ ...running, leaseUntil: NOW - SKEW + 1 }), ForbiddenTransition, byHand);
    ok(CALLS[byHand]({ ...running, leaseUntil: NOW - SKEW }));
  }
});

test("a claim is broken once its function has ended, and not before", () => {
  throws(() => fenced({ ...SAMPLES.sending, actsUntil: NOW + 1, leaseUntil: NOW + SKEW }, NOW), ForbiddenTransition);
  equal(fenced({ ...SAMPLES.sending, actsUntil: NOW, leaseUntil: NOW + SKEW }, NOW).rev, SAMPLES.sending.rev + 1);
});

test("one that was sent and then refused is looked up before it is free again", () => {
  for (const state of ["rejected", "failed"] as const) {
    const refused = { ...SAMPLES[state], ...sent };
    for (const next of ["claimed", "cancelled", "withdrawn", "retryAt", "deferred"] as const) {
      throws(() => CALLS[next](refused), ForbiddenTransition);
      equal(CALLS[next](foundNothing(inDoubt(refused, { settledAt: 1, now: NOW }))).rev, refused.rev + 1);
    }
  }
});

test("cancelled by hand is only what was ever sent", () => {
  for (const stage of ["queued", "rejected", "failed"] as const) {
    throws(() => cancelledByHand(SAMPLES[stage], by), ForbiddenTransition);
  }
});

test("being throttled, or not its turn, is no attempt; a failure is counted for its message alone", () => {
  const running = claimed(SAMPLES.queued, claim);
  equal(running.attempts, 1);
  const waiting = CALLS.deferred(running);
  deepEqual([waiting.attempts, waiting.tries], [0, {}]);
  const again = CALLS.retryAt(claimed(waiting, claim));
  deepEqual([again.attempts, again.tries], [1, { m1: { count: 1, since: NOW } }]);
  const third = retryAt(again, { ...failure, now: NOW + 5 }, { nextAttemptAt: NOW + 9, list: "open" });
  deepEqual(third.tries, { m1: { count: 2, since: NOW } });
  deepEqual(gaveUp(third, failure).tries, {});
});

test("it is open since it first was, however often it is tried", () => {
  let delivery = CALLS.retryAt(SAMPLES.queued);
  for (let time = NOW + 1; time < NOW + 5; time++) {
    delivery = claimed(delivery, { ...claim, now: time });
    equal(delivery.workAt, new Date(NOW).toISOString());
    delivery = retryAt(delivery, { ...failure, now: time }, { nextAttemptAt: time, list: "open" });
    equal(delivery.workAt, new Date(NOW).toISOString());
  }
  equal(claimed(SAMPLES.queued, claim).workList, undefined, "in the good case the index is not written");
});

test("an error text belongs to the write that reported it, and ends with the delivery", () => {
  const refused = rejected(SAMPLES.queued, failure);
  deepEqual(refused.errorText, { ...cause.errorText, rev: 4 });
  equal(refused.reason, undefined);
  deepEqual(fenced(refused, NOW).errorText?.rev, 4, "it is not written again");
  for (const transition of transitions) {
    for (const stage of stages) {
      const to = movesOf(transition)[stage];
      if (!to?.some((state) => ENDED.has(state as DeliveryState))) continue;
      equal(CALLS[transition]({ ...SAMPLES[stage], errorText }).errorText, undefined, `${transition} ${stage}`);
    }
  }
});

test("whatever happens in whatever sequence, every step is sound, and no claim follows a claim that may have arrived", () => {
  // A linear congruential generator: the same walks in every run.
  let seed = 7;
  const dice = (sides: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * sides);
  };
  const OVER = { leaseUntil: NOW - SKEW, actsUntil: NOW - SKEW - 1 };
  let claims = 0;
  for (let walk = 0; walk < 2_000; walk++) {
    let delivery = fresh;
    let mayExist = false;
    for (let step = 0; step < 25; step++) {
      const able = transitions.filter((transition) => movesOf(transition)[stageOf(delivery)]);
      const transition = able[dice(able.length)];
      if (!transition) break;
      const from = stageOf(delivery);
      try {
        // A dead attempt's lease is over.
        delivery = CALLS[transition]({ ...delivery, ...(from === "sending" && OVER) });
      } catch (error) {
        ok(error instanceof ForbiddenTransition);
        continue;
      }
      if (isWritten(transition)) isSound(delivery);
      if (transition === "claimed") {
        claims += 1;
        equal(mayExist, false, "a blind second create");
      }
      if (transition === "inDoubt" && from === "sending") mayExist = true;
      if (["foundNothing", "endedNotCreated"].includes(transition)) mayExist = false;
      if (ENDED.has(delivery.state)) mayExist = false;
    }
  }
  ok(claims > 200, `${claims} claims`);
});
