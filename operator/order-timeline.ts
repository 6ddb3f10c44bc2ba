import { type Delivery, HISTORY_LENGTH, type HistoryStep } from "../shared/ledger/delivery.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import type { OrderRecord, TraceEvent } from "../shared/ledger/order-record.ts";
import type { Config } from "../shared/stage/config.ts";

/** Time that passed: something worked, something waited by itself, or it waited for a person. Times in epoch ms. */
export interface TimelineSpan {
  kind: "working" | "waiting" | "person";
  /** A few words: "provider's call". */
  what: string;
  /** How it ended: "created", "no clear answer". */
  result?: string;
  from: number;
  /** Undefined: it goes on. */
  to?: number;
}

/** A moment: an event, an operator's act, a ticket. */
export interface TimelineMark {
  at: number;
  /** The channel's own word, or "operator", or "ticket". */
  topic: string;
  what: string;
}

/** The order itself, or one delivery. */
export interface TimelineLane {
  /** `kakaclo/eu`; null for the order. */
  destination: string | null;
  generation: number;
  spans: TimelineSpan[];
}

export interface Timeline {
  from: number;
  /** Of the last thing that happened, or now while something goes on. */
  to: number;
  lanes: TimelineLane[];
  /** Oldest first. */
  marks: TimelineMark[];
  /** What the ledger does not keep, a sentence each. */
  gaps: string[];
}

/** From the first event to the provider's answer, as far as the ledger keeps its times. @param now epoch ms */
export function orderTimeline(file: OrderSnapshot, { timing }: Pick<Config, "timing">, now: number): Timeline {
  const { record, deliveries } = file;
  const waitingOnQueue = record.decided.filter((destination) => !deliveryOf(file, destination));
  const isDecided = record.state === "recorded";
  const lanes: TimelineLane[] = [
    { destination: null, generation: record.generation, spans: orderSpans(record) },
    ...deliveries.map((delivery) => ({
      destination: delivery.destination,
      generation: delivery.generation,
      spans: deliverySpans(delivery, record, timing, now),
    })),
    ...waitingOnQueue.map((destination) => ({
      destination,
      generation: record.generation,
      spans: isDecided ? [{ kind: "waiting" as const, what: QUEUE, from: decidedAt(record, now) }] : [],
    })),
  ];
  const marks = marksOf(record);
  const ends = lanes.flatMap(({ spans }) => spans.map(({ to = now }) => to));
  return {
    from: Date.parse(record.firstSeenAt),
    to: Math.max(Date.parse(record.firstSeenAt), ...ends, ...marks.map(({ at }) => at)),
    lanes,
    marks,
    gaps: gapsOf(file),
  };
}

const QUEUE = "on its queue";

function marksOf({ events, tickets = [] }: OrderRecord): TimelineMark[] {
  return [
    ...events.map(({ at, topic, outcome }) => ({ at: Date.parse(at), topic, what: outcome })),
    ...tickets.map(({ at, text }) => ({ at: Date.parse(at), topic: "ticket", what: text })),
  ].sort((a, b) => a.at - b.at);
}

function gapsOf({ record, deliveries }: OrderSnapshot): string[] {
  const earlier = record.eventCount - record.events.length;
  return [
    ...(earlier > 0
      ? [`${earlier} earlier events are not kept: the trace has the newest ${record.events.length}.`]
      : []),
    ...deliveries.flatMap(({ destination, attempts, history = [] }) => {
      const claims = history.filter(({ did }) => did === "claimed").length;
      if (history.length < HISTORY_LENGTH && claims >= attempts) return [];
      return [`Of ${destination} the newest ${history.length} steps are kept; it has had ${attempts} attempts.`];
    }),
  ];
}

const isHeld = ({ outcome }: TraceEvent): boolean => /^(recorded|updated), held\b/.test(outcome);
/** The order went on: its state is no longer held. */
const isGoingOn = ({ outcome }: TraceEvent): boolean =>
  /^((recorded|updated)(;|$)|cancelled|renewed|kept)/.test(outcome);

/** Until it was recorded, and while it was held. */
function orderSpans(record: OrderRecord): TimelineSpan[] {
  const { events, eventCount, firstSeenAt, heldSince, channelWait } = record;
  const spans: TimelineSpan[] = [];
  const [first] = events;
  if (first && eventCount === events.length) {
    spans.push({
      kind: "waiting",
      what: "received, until recorded",
      from: Date.parse(firstSeenAt),
      to: Date.parse(first.at),
    });
  }
  let since: number | undefined;
  for (const event of events) {
    if (isHeld(event)) since ??= Date.parse(event.at);
    else if (since !== undefined && isGoingOn(event)) {
      spans.push({ kind: "waiting", what: "held", from: since, to: Date.parse(event.at) });
      since = undefined;
    }
  }
  if (record.state !== "held") return spans;
  const from = heldSince === undefined ? since : Date.parse(heldSince);
  if (from === undefined) return spans;
  const waitsForPerson = record.decided.length > 0 || record.reused === true;
  const what = channelWait ? CHANNEL_WAITS[channelWait.cause] : waitsForPerson ? "held for the operator" : "held";
  return [...spans, { kind: waitsForPerson ? "person" : "waiting", what, from }];
}

const CHANNEL_WAITS = {
  hold: "held by its channel",
  gone: "its channel does not have it",
  restored: "to be fetched after a restore",
} as const;

/** When it was decided where the order goes: the first event since it was last held or cancelled. @param before epoch ms */
function decidedAt({ events, receivedAt }: OrderRecord, before: number): number {
  const earlier = events.filter(({ at }) => Date.parse(at) <= before);
  const last = earlier.findLastIndex((event) => isHeld(event) || event.outcome.startsWith("cancelled"));
  const decided = earlier.slice(last + 1).find(isGoingOn);
  return Math.min(before, decided ? Date.parse(decided.at) : Date.parse(receivedAt));
}

function deliverySpans(delivery: Delivery, record: OrderRecord, timing: Config["timing"], now: number): TimelineSpan[] {
  const { history = [], state } = delivery;
  const [first] = history;
  if (!first) {
    const isOpen = state === "queued" && record.state === "recorded";
    return isOpen ? [{ kind: "waiting", what: QUEUE, from: decidedAt(record, now) }] : [];
  }
  const isWhole = history.length < HISTORY_LENGTH;
  const queued: TimelineSpan[] = isWhole
    ? [{ kind: "waiting", what: QUEUE, from: decidedAt(record, first.at), to: first.at }]
    : [];
  return [...queued, ...history.flatMap((step, index) => between(step, history[index + 1], delivery, timing, now))];
}

/** What passed from one step to the next; without a next one, to now. */
function between(
  step: HistoryStep,
  next: HistoryStep | undefined,
  delivery: Delivery,
  timing: Config["timing"],
  now: number,
): TimelineSpan[] {
  const end = next === undefined ? {} : { to: next.at };
  switch (step.did) {
    case "claimed":
    case "stepClaimed": {
      const what = step.did === "claimed" ? "provider's call" : "step after the order was created";
      const longest = step.at + timing.createTimeout;
      if (next && (ANSWERS.has(next.did) || next.did === "created") && next.at <= longest + timing.leaseSkew) {
        return [{ kind: "working", what, result: resultOf(next, false), from: step.at, to: next.at }];
      }
      if (!next && now < longest) return [{ kind: "working", what, from: step.at }];
      // It died: no one wrote how it ended.
      const died: TimelineSpan = {
        kind: "working",
        what,
        result: "ended without an answer",
        from: step.at,
        to: longest,
      };
      const doubted = waitOf("in doubt", longest, next, now);
      return [died, ...doubted.map((span) => (next ? { ...span, result: resultOf(next, true) } : span))];
    }
    case "created":
      return next || delivery.followUp !== undefined ? waitOf("open step", step.at, next, now) : [];
    case "rejected":
    case "gaveUp":
      return isEnded(step, delivery, next)
        ? []
        : [{ kind: "person", what: "waits for a person", from: step.at, ...end }];
    case "resolved":
      return isEnded(step, delivery, next) ? [] : doubt(step, next, now);
    case "retryAt":
    case "deferred":
      if (step.state === "in-doubt") return doubt(step, next, now);
      return waitOf(
        step.did === "deferred" ? "throttled, or not its turn" : "pause before the next attempt",
        step.at,
        next,
        now,
      );
  }
}

const ANSWERS: ReadonlySet<HistoryStep["did"]> = new Set(["rejected", "gaveUp", "retryAt", "deferred"]);

/** Nothing followed, and the delivery is over: no one waits. */
const isEnded = ({ state }: HistoryStep, delivery: Delivery, next: HistoryStep | undefined): boolean =>
  next === undefined &&
  (delivery.state !== state || state === "cancelled" || state === "created" || state === "done-by-hand");

/** Settling first; then the look-up is due. */
function doubt(step: HistoryStep, next: HistoryStep | undefined, now: number): TimelineSpan[] {
  const end = next?.at ?? now;
  const settled = Math.min(Math.max(step.settledAt ?? step.at, step.at), end);
  const isOpen = next === undefined;
  const settling: TimelineSpan = {
    kind: "waiting",
    what: "settling",
    from: step.at,
    ...(isOpen && settled === end ? {} : { to: settled }),
  };
  if (settled === end && isOpen) return [settling];
  const looking: TimelineSpan = {
    kind: "waiting",
    what: "until the look-up",
    from: settled,
    ...(next && { to: next.at, result: resultOf(next, true) }),
  };
  if (settled === end) return [{ ...settling, ...(next && { result: resultOf(next, true) }) }];
  return settled > step.at ? [settling, looking] : [looking];
}

function waitOf(what: string, from: number, next: HistoryStep | undefined, now: number): TimelineSpan[] {
  const to = next?.at ?? now;
  if (to <= from && next) return [];
  return [{ kind: "waiting", what, from, ...(next && { to }) }];
}

/** @param looked it was looked up, not sent */
function resultOf({ did, state }: HistoryStep, looked: boolean): string {
  switch (did) {
    case "created":
      return looked ? "found by a look-up" : "created";
    case "claimed":
      return "a look-up found nothing: sent again";
    case "rejected":
      return looked ? "a look-up found another order" : "refused";
    case "gaveUp":
      return "failed for too long: given up";
    case "retryAt":
      if (looked) return "the look-up gave no answer";
      return state === "in-doubt" ? "no clear answer" : "failed; not created";
    case "deferred":
      if (looked) return "not there yet";
      return state === "created" ? "later" : "throttled, or not its turn";
    case "resolved":
      return "decided by the operator";
    case "stepClaimed":
      return "step begun";
  }
}
