import type { Identity } from "../identity.ts";
import { omit } from "../omit.ts";
import { type Delivery, type DeliveryState, ENDED, HISTORY_LENGTH, type HistoryStep } from "./delivery.ts";
import { ForbiddenTransition, lead, type Moves, stay } from "./forbidden-transition.ts";
import type { OrderRecord } from "./order-record.ts";
import { shortReason } from "./short-reason.ts";
import { onList, onOpenList } from "./work-list.ts";

/** A delivery's state; created with a step still open is one of its own, "new" is a destination without a delivery. */
export type DeliveryStage = DeliveryState | "step-open" | "new";

export const stageOf = ({ state, followUp }: Pick<Delivery, "state" | "followUp">): DeliveryStage =>
  state === "created" && followUp !== undefined ? "step-open" : state;

/** Surely not at the provider, as far as this delivery's own attempts go. */
const FREE = ["queued", "retrying", "rejected", "failed"] as const satisfies DeliveryStage[];
const UNENDED = [...FREE, "sending", "in-doubt"] as const satisfies DeliveryStage[];

interface Transition {
  /** Who calls it. */
  by: string;
  moves: Moves<DeliveryStage, DeliveryStage>;
  /** A step of one attempt that is written only with what follows it: `rev` stays. */
  inMemory?: true;
}

/** Every change of a delivery, and the states it may start from. `docs/delivery-life.md` is generated from this. */
export const DELIVERY_TRANSITIONS = {
  newDelivery: {
    by: "create-order, erase-order, find-due, operator, outbox",
    inMemory: true,
    moves: { new: ["queued"] },
  },
  inDoubt: { by: "create-order", inMemory: true, moves: lead(UNENDED, "in-doubt") },
  withReference: { by: "create-order", inMemory: true, moves: stay(...UNENDED) },
  foundNothing: { by: "create-order", inMemory: true, moves: { "in-doubt": ["retrying"] } },
  claimed: { by: "create-order", moves: lead(FREE, "sending") },
  created: { by: "create-order", moves: lead(["sending", "in-doubt"], "created", "step-open") },
  stepClaimed: { by: "create-order", moves: stay("step-open") },
  stepDropped: { by: "create-order", moves: { "step-open": ["created"] } },
  followUpDone: { by: "create-order", moves: { "step-open": ["created"] } },
  rejected: { by: "create-order", moves: { ...lead(UNENDED, "rejected"), ...stay("step-open") } },
  retryAt: {
    by: "create-order",
    moves: { ...lead([...FREE, "sending"], "retrying"), ...stay("in-doubt", "step-open") },
  },
  deferred: {
    by: "create-order",
    moves: { ...lead([...FREE, "sending"], "retrying"), ...stay("in-doubt", "step-open") },
  },
  gaveUp: { by: "create-order", moves: { ...lead([...FREE, "sending"], "failed"), ...stay("in-doubt", "step-open") } },
  withdrawn: { by: "create-order", moves: lead(FREE, "withdrawn") },
  cancelled: { by: "create-order, outbox", moves: lead(FREE, "cancelled") },
  requeued: { by: "create-order", moves: { withdrawn: ["queued"] } },
  fenced: { by: "erase-order, outbox", moves: stay(...UNENDED) },
  overdue: { by: "find-due", moves: stay("queued", "retrying", "in-doubt", "sending", "step-open") },
  resolvedCreated: { by: "operator", moves: lead(UNENDED, "created") },
  doneByHand: { by: "operator", moves: lead(UNENDED, "done-by-hand") },
  stepDoneByHand: { by: "operator", moves: { "step-open": ["created"] } },
  cancelledByHand: { by: "operator", moves: lead([...UNENDED, "created", "step-open", "done-by-hand"], "cancelled") },
  endedNotCreated: { by: "operator", moves: lead(UNENDED, "cancelled") },
  released: { by: "operator", moves: lead(UNENDED, "in-doubt") },
  erased: { by: "create-order, erase-order", moves: lead([...FREE, "withdrawn"], "erased") },
  scrubbed: { by: "erase-order", moves: stay("created", "cancelled", "withdrawn", "done-by-hand", "erased") },
} as const satisfies Record<string, Transition>;

export type DeliveryTransition = keyof typeof DELIVERY_TRANSITIONS;

/** @throws ForbiddenTransition */
function start(transition: DeliveryTransition, delivery: Delivery): void {
  const stage = stageOf(delivery);
  const { moves }: Transition = DELIVERY_TRANSITIONS[transition];
  if (moves[stage] === undefined) refuse(transition, delivery, `is ${stage}`);
}

function refuse(transition: DeliveryTransition, { destination, generation }: Delivery, why: string): never {
  throw new ForbiddenTransition(
    `The delivery to ${destination} (generation ${generation}) ${why}: ${transition} is not allowed`,
  );
}

/** The function of the attempt that sends it has not ended yet. @param now epoch ms */
export const isRunning = ({ state, actsUntil = 0 }: Delivery, now: number): boolean =>
  state === "sending" && actsUntil > now;

/** Only the attempt that holds the claim, of a create or of a step after it, touches it while its lease lasts. */
function requireNoLease(transition: DeliveryTransition, delivery: Delivery, now: number): void {
  if ((delivery.leaseUntil ?? 0) > now) refuse(transition, delivery, "is being sent by another attempt");
}

/** "Rejected" and "failed" are our reading of an answer: what was sent once is looked up before it is called absent. */
function requireLookUp(transition: DeliveryTransition, delivery: Delivery): void {
  const { state, firstSentAt } = delivery;
  if ((state === "rejected" || state === "failed") && firstSentAt !== undefined) {
    refuse(transition, delivery, `is ${state} after it was sent, and was not looked up`);
  }
}

/**
 * Until when the last request could act: its attempt just read an answer, or gave up waiting, so its socket is closed; of a
 * dead attempt, the end of its function.
 */
function actsUntilOf({ state, actsUntil }: Delivery, now: number): Pick<Delivery, "actsUntil"> {
  if (state === "sending") return { actsUntil: now };
  return actsUntil === undefined ? {} : { actsUntil };
}

/** Without what belongs to a running attempt, to a wait, or to the former state. */
const atRest = (delivery: Delivery): Delivery => ({
  ...omit(
    delivery,
    "token",
    "leaseUntil",
    "actsUntil",
    "nextAttemptAt",
    "settledAt",
    "reason",
    "errorText",
    "workAt",
    "workList",
  ),
  rev: delivery.rev + 1,
});

/** What is kept of an ended delivery: no attempt's counts, no entry of the work list. */
const ended = (delivery: Delivery): Delivery => ({ ...omit(atRest(delivery), "followUp"), tries: {} });

/** With a line more of what happened to it. @param at epoch ms */
function withStep(delivery: Delivery, did: HistoryStep["did"], at: number): Delivery {
  const { state, nextAttemptAt, settledAt, history = [] } = delivery;
  const step: HistoryStep = {
    ...{ at, did, state },
    ...(nextAttemptAt !== undefined && { until: nextAttemptAt }),
    ...(settledAt !== undefined && { settledAt }),
  };
  return { ...delivery, history: [...history, step].slice(-HISTORY_LENGTH) };
}

/** Why something failed: in our own words, or in a text that may quote the buyer and expires with the order's body. */
export type Cause = { reason: string } | { errorText: { text: string; expiresAt: number } };

const words = (cause: Cause, rev: number): Pick<Delivery, "reason" | "errorText"> =>
  "reason" in cause
    ? { reason: shortReason(cause.reason) }
    : { errorText: { ...cause.errorText, text: shortReason(cause.errorText.text), rev } };

/** A failed attempt of one message. Times in epoch ms. */
export interface Failure {
  messageId: string;
  cause: Cause;
  now: number;
}

/** A delivery to which nothing has happened yet. `rev` 0: it is not in the table. Not written by itself. */
export function newDelivery(
  { channel, connection, orderId, expiresAt, ...record }: Identity & Pick<OrderRecord, "generation" | "expiresAt">,
  destination: string,
  generation: number = record.generation,
): Delivery {
  const none = { attempts: 0, tries: {}, failed: {}, providerOrderIds: [] };
  return { v: 1, rev: 0, channel, connection, orderId, destination, generation, state: "queued", expiresAt, ...none };
}

/**
 * From now on only a look-up, or the operator, says whether the order exists. Not written by itself.
 * @param doubt `settledAt`: "not there" before this proves nothing; `token`: of the attempt that holds the claim
 */
export function inDoubt(delivery: Delivery, doubt: { settledAt: number; now: number; token?: string }): Delivery {
  start("inDoubt", delivery);
  const isOwn = doubt.token !== undefined && doubt.token === delivery.token;
  if (!isOwn) requireNoLease("inDoubt", delivery, doubt.now);
  const known = omit(delivery, "token", "leaseUntil");
  return {
    ...known,
    ...(isOwn && actsUntilOf(delivery, doubt.now)),
    ...{ state: "in-doubt" as const, settledAt: doubt.settledAt },
  };
}

/** The reference is fixed once and travels with every attempt. Not written by itself. */
export function withReference(delivery: Delivery, reference: string): Delivery {
  start("withReference", delivery);
  return { ...delivery, reference: delivery.reference ?? reference };
}

/** The provider's own records were searched to the end after the settling time: it is free again. Not written by itself. */
export function foundNothing(delivery: Delivery): Delivery {
  start("foundNothing", delivery);
  return { ...omit(delivery, "settledAt", "nextAttemptAt"), state: "retrying" };
}

/** What a claim stores of what is about to be sent. Times in epoch ms. */
export type Claim = Required<Pick<Delivery, "reference" | "orderVersion" | "lines" | "addressDigest" | "token">> & {
  now: number;
  /** When the attempt's function ends at the latest, ms from now; and by how much two clocks may differ. */
  functionTimeout: number;
  leaseSkew: number;
};

/** What a claim of an open step stores. Times in ms. */
export type StepClaim = Pick<Claim, "now" | "token" | "functionTimeout" | "leaseSkew">;

/** The one attempt that may create the order now. */
export function claimed(delivery: Delivery, claim: Claim): Delivery {
  start("claimed", delivery);
  requireLookUp("claimed", delivery);
  const { now, functionTimeout, leaseSkew, ...sent } = claim;
  return withStep(
    {
      ...omit(delivery, "settledAt", "nextAttemptAt", "workAt", "workList"),
      ...entryOfClaim(delivery, now),
      ...sent,
      rev: delivery.rev + 1,
      state: "sending",
      attempts: delivery.attempts + 1,
      firstSentAt: delivery.firstSentAt ?? now,
      lastSentAt: now,
      leaseUntil: now + functionTimeout + leaseSkew,
      actsUntil: now + functionTimeout,
    },
    "claimed",
    now,
  );
}

/** A delivery that failed once stays on the open list until it ends, so that it is counted even if this attempt crashes. */
function entryOfClaim({ firstSentAt, workAt, workList }: Delivery, now: number): Pick<Delivery, "workAt" | "workList"> {
  if (firstSentAt === undefined && workList === undefined) return {};
  return onOpenList(definedEntry({ workAt, workList }), now, openListOf(workList));
}

const definedEntry = ({ workAt, workList }: { workAt: string | undefined; workList: string | undefined }) => ({
  ...(workAt !== undefined && { workAt }),
  ...(workList !== undefined && { workList }),
});

const openListOf = (workList: string | undefined) => (workList === "failing" ? "failing" : "open");

/**
 * The provider has the order: it said so, or a look-up found it. The claim of the create holds for an open step too.
 * @param order `reference`: under which it is there; a later generation's where a restore of the table forgot that one;
 * `said`: what the provider complained of all the same
 */
export function created(
  delivery: Delivery,
  order: { reference: string; providerOrderIds: string[]; followUp?: string; notes?: string[]; said?: Cause },
  now: number,
): Delivery {
  start("created", delivery);
  const { reference, providerOrderIds, followUp, notes, said } = order;
  const next = ended(delivery);
  return withStep(
    {
      ...next,
      ...(said !== undefined && words(said, next.rev)),
      state: "created",
      reference,
      providerOrderIds,
      createdAt: now,
      ...(followUp !== undefined && { followUp, ...claimOf(delivery) }),
      ...(notes !== undefined && { notes: notes.map(shortReason) }),
    },
    "created",
    now,
  );
}

const claimOf = ({ token, leaseUntil }: Delivery): Pick<Delivery, "token" | "leaseUntil"> =>
  token === undefined || leaseUntil === undefined ? {} : { token, leaseUntil };

/** The one message that may do the open step now. */
export function stepClaimed(delivery: Delivery, claim: StepClaim): Delivery {
  start("stepClaimed", delivery);
  const { now, token, functionTimeout, leaseSkew } = claim;
  requireNoLease("stepClaimed", delivery, now);
  const leaseUntil = now + functionTimeout + leaseSkew;
  const { workAt, workList } = delivery;
  // Counted as open even if this message's function dies: one that failed before waits for the operator no longer.
  const entry =
    workList === undefined ? {} : { ...onOpenList(definedEntry({ workAt, workList }), now), nextAttemptAt: leaseUntil };
  return withStep({ ...delivery, ...entry, rev: delivery.rev + 1, token, leaseUntil }, "stepClaimed", now);
}

/**
 * The order was cancelled at its channel before its open step was done.
 * @param said what the provider complained of when it created the order
 */
export function stepDropped(delivery: Delivery, said?: Cause): Delivery {
  start("stepDropped", delivery);
  const { followUp, notes = [] } = delivery;
  const next = ended(delivery);
  const note = `not done, for the order was cancelled at its channel: ${followUp}`;
  return { ...next, notes: [...notes, note], ...(said !== undefined && words(said, next.rev)) };
}

/** The step that was open after creation is done. @param said what the provider complained of when it created the order */
export function followUpDone(delivery: Delivery, said?: Cause): Delivery {
  start("followUpDone", delivery);
  const next = ended(delivery);
  return { ...next, ...(said !== undefined && words(said, next.rev)) };
}

/** An attempt leaves the order where it is known to exist, or perhaps to exist. */
const afterFailure = <State extends DeliveryState>({ state }: Delivery, otherwise: State) =>
  state === "created" || state === "in-doubt" ? state : otherwise;

const doubtOf = ({ settledAt }: Delivery) => (settledAt === undefined ? {} : { settledAt });

/** The order's data, or its step, was refused: the operator repairs something, SQS moves the message to the DLQ. */
export function rejected(delivery: Delivery, { messageId, cause, now }: Failure): Delivery {
  start("rejected", delivery);
  const next = atRest(delivery);
  return withStep(
    {
      ...next,
      ...actsUntilOf(delivery, now),
      ...words(cause, next.rev),
      ...onList("rejected", now),
      state: delivery.state === "created" ? "created" : "rejected",
      tries: omit(delivery.tries, messageId),
      failed: newestFailures({ ...delivery.failed, [messageId]: now }),
    },
    "rejected",
    now,
  );
}

/** Failed, and tried again. @param wait `list`: "failing" where the cause is not the order's (credentials) */
export function retryAt(
  delivery: Delivery,
  { messageId, cause, now }: Failure,
  wait: { nextAttemptAt: number; list: "open" | "failing" },
): Delivery {
  start("retryAt", delivery);
  requireLookUp("retryAt", delivery);
  const next = atRest(delivery);
  return withStep(
    {
      ...next,
      ...doubtOf(delivery),
      ...actsUntilOf(delivery, now),
      ...words(cause, next.rev),
      ...onOpenList(delivery, now, wait.list),
      state: afterFailure(delivery, "retrying"),
      tries: newest({ ...delivery.tries, [messageId]: tryOf(delivery, messageId, now) }),
      nextAttemptAt: Math.round(wait.nextAttemptAt),
    },
    "retryAt",
    now,
  );
}

/** Throttled, not its turn, or asked too early: not an attempt, comes again. @param cause undefined: the former one stays */
export function deferred(
  delivery: Delivery,
  { cause, now, nextAttemptAt }: { cause: Cause | undefined; now: number; nextAttemptAt: number },
): Delivery {
  start("deferred", delivery);
  requireLookUp("deferred", delivery);
  const next = atRest(delivery);
  const { reason, errorText } = delivery;
  return withStep(
    {
      ...next,
      ...doubtOf(delivery),
      ...actsUntilOf(delivery, now),
      ...(cause ? words(cause, next.rev) : { ...(reason && { reason }), ...(errorText && { errorText }) }),
      ...onOpenList(delivery, now),
      state: afterFailure(delivery, "retrying"),
      attempts: delivery.state === "sending" ? delivery.attempts - 1 : delivery.attempts,
      nextAttemptAt: Math.round(nextAttemptAt),
    },
    "deferred",
    now,
  );
}

/** Failed for longer than attempts go on: the operator repairs something, SQS moves the message to the DLQ. */
export function gaveUp(delivery: Delivery, { messageId, cause, now }: Failure): Delivery {
  start("gaveUp", delivery);
  const next = atRest(delivery);
  return withStep(
    {
      ...next,
      ...doubtOf(delivery),
      ...actsUntilOf(delivery, now),
      ...words(cause, next.rev),
      ...onList("failed", now),
      state: afterFailure(delivery, "failed"),
      tries: omit(delivery.tries, messageId),
      failed: newestFailures({ ...delivery.failed, [messageId]: now }),
    },
    "gaveUp",
    now,
  );
}

/** No line is left to ship. */
export function withdrawn(delivery: Delivery): Delivery {
  start("withdrawn", delivery);
  requireLookUp("withdrawn", delivery);
  return { ...ended(delivery), state: "withdrawn", reason: "no line left to ship" };
}

/** The order was cancelled at the channel, and nothing of it exists at the provider. */
export function cancelled(delivery: Delivery, reason: string): Delivery {
  start("cancelled", delivery);
  requireLookUp("cancelled", delivery);
  return { ...ended(delivery), state: "cancelled", reason };
}

/** Lines to ship came back to a withdrawn delivery: its new message begins again. */
export function requeued(delivery: Delivery): Delivery {
  start("requeued", delivery);
  return { ...ended(delivery), state: "queued" };
}

/**
 * Nothing changes but `rev`: a claim that is based on the item as it was fails, and its worker reads again. That of an
 * attempt whose function has ended is protected no longer.
 */
export function fenced(delivery: Delivery, now: number): Delivery {
  start("fenced", delivery);
  if (isRunning(delivery, now)) refuse("fenced", delivery, "is being sent by another attempt");
  return { ...delivery, rev: delivery.rev + 1 };
}

/** Its message did not come in time: it is counted as open from now on, until it ends. @param since epoch ms */
export function overdue(delivery: Delivery, since: number): Delivery {
  start("overdue", delivery);
  return { ...delivery, ...onList("open", since), rev: delivery.rev + 1 };
}

/** What the operator found out or did at the provider. */
export interface Finding {
  /** "created, 2026-11-20 15:00:05Z, ada": what, when, who. */
  resolvedBy: string;
  /** Epoch ms; by a clock that may differ from the function's by `leaseSkew`. */
  now: number;
  leaseSkew: number;
}

/** @throws ForbiddenTransition while an attempt may run */
function found(
  transition: DeliveryTransition,
  delivery: Delivery,
  finding: Finding,
  changes: Partial<Delivery> = {},
): Delivery {
  start(transition, delivery);
  requireNoLease(transition, delivery, finding.now - finding.leaseSkew);
  return withStep({ ...ended(delivery), resolvedBy: finding.resolvedBy, ...changes }, "resolved", finding.now);
}

/** The operator found it at the provider. */
export const resolvedCreated = (delivery: Delivery, finding: Finding, providerOrderIds: string[]): Delivery =>
  found("resolvedCreated", delivery, finding, { state: "created", providerOrderIds, createdAt: finding.now });

/** The operator made the order at the provider by hand. */
export const doneByHand = (delivery: Delivery, finding: Finding): Delivery =>
  found("doneByHand", delivery, finding, { state: "done-by-hand", reason: "made by hand" });

/** The operator did the open step by hand. */
export const stepDoneByHand = (delivery: Delivery, finding: Finding): Delivery =>
  found("stepDoneByHand", delivery, finding);

/** The operator cancelled it at the provider. @throws ForbiddenTransition where nothing was ever sent */
export function cancelledByHand(delivery: Delivery, finding: Finding): Delivery {
  const reason = "cancelled by hand at the provider";
  const next = found("cancelledByHand", delivery, finding, { state: "cancelled", reason });
  if (delivery.firstSentAt === undefined && UNENDED.some((state) => state === delivery.state)) {
    refuse("cancelledByHand", delivery, "was never sent");
  }
  return next;
}

/** The operator found nothing at the provider, and the order is no longer wanted. */
export const endedNotCreated = (delivery: Delivery, finding: Finding): Delivery =>
  found("endedNotCreated", delivery, finding, {
    ...{ state: "cancelled", reason: "not created, as found by hand", notCreatedAt: finding.now },
  });

/**
 * The operator found nothing at the provider: its next message looks it up once more, and sends it where nothing is found
 * or the provider's records cannot be searched to the end. Counted as open, so that nothing hides it before its message.
 */
export const released = (delivery: Delivery, finding: Finding): Delivery =>
  found("released", delivery, finding, {
    ...{ state: "in-doubt", reason: "not created, as found by hand; to be looked up once more and sent" },
    ...{ settledAt: finding.now, nextAttemptAt: finding.now, notCreatedAt: finding.now },
    ...onList("open", finding.now),
  });

/** Its order's data was erased before it was sent, or before it came to exist: it never will be. */
export function erased(delivery: Delivery): Delivery {
  start("erased", delivery);
  requireLookUp("erased", delivery);
  return { ...ended(delivery), state: "erased" };
}

/** What is left of an ended delivery when the buyer's data is erased: states, references and lines, no texts. */
export function scrubbed(delivery: Delivery): Delivery {
  start("scrubbed", delivery);
  return omit(ended(delivery), "addressDigest", "notes");
}

/** This failure among those of its message: how many, and since when (epoch ms). */
export function tryOf({ tries }: Delivery, messageId: string, now: number): { count: number; since: number } {
  const { count, since } = tries[messageId] ?? { count: 0, since: now };
  return { count: count + 1, since };
}

/** A delivery has one message, or a few; an item must not grow without end. */
const newest = (tries: Delivery["tries"]): Delivery["tries"] =>
  Object.fromEntries(
    Object.entries(tries)
      .sort(([, a], [, b]) => b.since - a.since)
      .slice(0, 10),
  );

/** As many of the messages it failed with as a queue can still have to move: each redrive gives a message a new ID. */
const newestFailures = (failed: Delivery["failed"]): Delivery["failed"] =>
  Object.fromEntries(
    Object.entries(failed)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 100),
  );

/** Not ended, nor waiting for the operator: its message is on its way, or should be. @param now epoch ms */
export function isOpen(delivery: Delivery | undefined, now: number): boolean {
  if (!delivery) return true;
  const { state, failed, nextAttemptAt, leaseUntil = 0 } = delivery;
  const deadLettered = Object.keys(failed).length > 0;
  const waitsForOperator = deadLettered && nextAttemptAt === undefined;
  if (ENDED.has(state)) return stageOf(delivery) === "step-open" && !waitsForOperator;
  if (state === "rejected" || state === "failed") return false;
  return !(state === "in-doubt" && waitsForOperator && leaseUntil < now);
}

/** When its message comes back at the latest, as far as the delivery says; epoch ms. */
export const backAt = ({ leaseUntil = 0, nextAttemptAt = 0 }: Delivery): number => Math.max(leaseUntil, nextAttemptAt);
