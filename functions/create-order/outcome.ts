import {
  AlreadyExists,
  Deferred,
  InDoubt,
  Misconfigured,
  Rejected,
  Throttled,
  Unavailable,
} from "../../shared/errors.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { onList, onOpenList } from "../../shared/ledger/work-list.ts";
import { backoff } from "../../shared/messages/backoff.ts";
import type { Disposition } from "../../shared/messages/sqs-batch.ts";
import { omit } from "../../shared/omit.ts";
import type { Timing } from "../../shared/stage/config.ts";
import type { Created } from "../providers/provider.ts";

/** What a try has to go by. Times in epoch ms, lengths in ms. */
export interface Circumstances {
  messageId: string;
  now: number;
  settling: number;
  timing: Timing;
  random: () => number;
}

/** What is written of a try, and when its message shall come again. */
export interface Conclusion {
  /** In one word, for log and metrics. */
  outcome: "created" | "rejected" | "throttled" | "retrying" | "failed" | "in-doubt" | "gave-up" | "waiting";
  /** Undefined: there is nothing to write. */
  delivery?: Delivery;
  disposition: Disposition;
}

/** The delivery without what belongs to a running attempt. */
const atRest = (delivery: Delivery): Delivery =>
  omit(delivery, "token", "leaseUntil", "nextAttemptAt", "settledAt", "reason", "workAt", "workList");

/** Waiting for a turn and being throttled are not attempts. */
const uncounted = (delivery: Delivery): Delivery => ({ ...delivery, attempts: delivery.attempts - 1 });

export function concludeCreated(delivery: Delivery, created: Created, { now }: Circumstances): Conclusion {
  const { providerOrderIds, followUp, notes } = created;
  const ended: Delivery = {
    ...omit(atRest(delivery), "actsUntil"),
    tries: {},
    state: "created",
    providerOrderIds,
    createdAt: now,
    ...(followUp !== undefined && { followUp }),
    ...(notes !== undefined && { notes }),
  };
  return { outcome: "created", delivery: ended, disposition: "ack" };
}

/** Ends it for good without an order downstream. */
export function concludeEnded(delivery: Delivery, state: "cancelled" | "withdrawn", reason: string): Conclusion {
  return { outcome: "waiting", delivery: { ...atRest(delivery), state, reason }, disposition: "ack" };
}

/**
 * @param asking where the error came from: `create` may have left a request, `find` and `prepare` have not
 * @param doubt whether an earlier attempt may exist: nothing but a look-up ends that
 */
export function concludeFailed(
  delivery: Delivery,
  error: unknown,
  asking: "prepare" | "find" | "create",
  doubt: boolean,
  circumstances: Circumstances,
): Conclusion {
  const { now, messageId, timing, random } = circumstances;
  if (error instanceof Deferred) {
    const again = Math.max(0, error.until - now);
    // Where nothing was claimed there is nothing to take back.
    if (asking !== "create") return { outcome: "waiting", disposition: { retryInMs: again } };
    return waiting(uncounted(delivery), "retrying", error.reason, again, circumstances);
  }
  if (error instanceof Throttled) {
    const pause = backoff(1, { base: timing.throttleCap, cap: timing.throttleCap, random });
    const again = Math.min(error.retryAfter || pause, timing.longestVisibility);
    const known = asking === "create" ? uncounted(delivery) : delivery;
    return waiting(known, doubt ? "in-doubt" : "retrying", error.reason, again, circumstances, "throttled");
  }
  if (error instanceof Rejected && !(doubt && asking !== "create")) {
    const failed = { ...delivery.failed, [messageId]: now };
    return {
      outcome: "rejected",
      delivery: {
        ...atRest(delivery),
        state: "rejected",
        reason: error.reason,
        failed,
        tries: omit(delivery.tries, messageId),
        ...onList("rejected", now),
      },
      disposition: { retryInMs: 0 },
    };
  }
  const surelyNot = error instanceof Misconfigured || error instanceof Unavailable || error instanceof Rejected;
  const inDoubt = doubt || (asking === "create" && !surelyNot);
  return tried(delivery, reasonOf(error), inDoubt, asking, error instanceof Misconfigured, circumstances);
}

/** Not an attempt: come again later, nothing is counted. */
export function waiting(
  delivery: Delivery,
  state: "in-doubt" | "retrying",
  reason: string,
  again: number,
  { now }: Pick<Circumstances, "now">,
  outcome: Conclusion["outcome"] = "waiting",
): Conclusion {
  const kept = state === "in-doubt" ? settledAtOf(delivery) : {};
  return {
    outcome,
    delivery: {
      ...atRest(delivery),
      ...kept,
      ...{ state, reason, nextAttemptAt: Math.round(now + again) },
      ...onOpenList(delivery, now),
    },
    disposition: { retryInMs: again },
  };
}

/** A failed attempt: counted for its message, until its time is up. */
export function tried(
  delivery: Delivery,
  reason: string,
  inDoubt: boolean,
  asking: "prepare" | "find" | "create",
  failed: boolean,
  { now, messageId, timing, settling, random }: Circumstances,
): Conclusion {
  const former = delivery.tries[messageId] ?? { count: 0, since: now };
  const count = former.count + 1;
  const doubt = inDoubt ? { settledAt: asking === "create" ? now + settling : (delivery.settledAt ?? now) } : {};
  const common = { ...atRest(delivery), ...doubt, reason };
  if (now - former.since >= timing.giveUpAfter) {
    const failed = { ...delivery.failed, [messageId]: now };
    const state = inDoubt ? "in-doubt" : "failed";
    return {
      outcome: "gave-up",
      delivery: { ...common, state, failed, tries: omit(delivery.tries, messageId), ...onList("failed", now) },
      disposition: { retryInMs: 0 },
    };
  }
  const again = backoff(count, { base: timing.retryBase, cap: timing.retryCap, random });
  return {
    outcome: inDoubt ? "in-doubt" : failed ? "failed" : "retrying",
    delivery: {
      ...common,
      state: inDoubt ? "in-doubt" : "retrying",
      tries: newest({ ...delivery.tries, [messageId]: { count, since: former.since } }),
      nextAttemptAt: Math.round(now + again),
      ...onOpenList(delivery, now, failed ? "failing" : "open"),
    },
    disposition: { retryInMs: again },
  };
}

const settledAtOf = ({ settledAt }: Delivery) => (settledAt === undefined ? {} : { settledAt });

const reasonOf = (error: unknown): string => {
  if (error instanceof AlreadyExists) return `the provider says it exists already: ${error.reason}`;
  if (
    error instanceof InDoubt ||
    error instanceof Misconfigured ||
    error instanceof Unavailable ||
    error instanceof Rejected
  ) {
    return error.reason;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
};

/** A delivery has one message, or a few; an item must not grow for ever. */
function newest(tries: Delivery["tries"]): Delivery["tries"] {
  return Object.fromEntries(
    Object.entries(tries)
      .sort(([, a], [, b]) => b.since - a.since)
      .slice(0, 10),
  );
}
