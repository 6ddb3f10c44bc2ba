import { type Delivery, ENDED, newDelivery } from "../shared/ledger/delivery.ts";
import {
  cancelledByHand,
  doneByHand,
  endedNotCreated,
  type Finding as FoundBy,
  released,
  resolvedCreated,
  stageOf,
  stepDoneByHand,
} from "../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import { inDoubtUntil } from "../shared/ledger/in-doubt-until.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { type Destination, destinationPath, type Timing } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { timeText } from "./order-story.ts";

/** What the operator found out, or did, at the provider. */
export type Finding =
  | { is: "created"; providerOrderIds: string[] }
  | { is: "not-created" | "done-by-hand" | "cancelled" };

/** @throws CommandError for what is none of the four */
export function findingOf(text: string): Finding {
  if (text === "not-created" || text === "done-by-hand" || text === "cancelled") return { is: text };
  const [, ids = ""] = /^created=(.*)$/s.exec(text) ?? [];
  const providerOrderIds = ids.split(",").flatMap((id) => id.trim() || []);
  if (providerOrderIds.length > 0) return { is: "created", providerOrderIds };
  throw new CommandError(
    `--resolve ${text}: write created=<the provider's order ID>, not-created, done-by-hand or cancelled (at the provider).`,
  );
}

export interface ResolveContext {
  destinations: readonly Destination[];
  timing: Pick<Timing, "leaseSkew">;
  restoredAt: string | undefined;
  /** Of a destination, by its path, ms. */
  settlingOf(destination: string): number;
  who: string;
  /** Epoch ms. */
  now: number;
}

export interface Resolved {
  /** To be written upon the one it was made from. */
  delivery: Delivery;
  /** What it means, in a sentence. */
  will: string;
  /** It is free to be created, and wants a message. */
  send: boolean;
}

/**
 * What a delivery becomes by the operator's finding.
 * @param destination one of those decided for the order
 * @throws CommandError where it has ended, is under way, or where that cannot be known yet
 */
export function resolve(
  snapshot: OrderSnapshot,
  destination: string,
  finding: Finding,
  context: ResolveContext,
): Resolved {
  const { now, timing, who } = context;
  const delivery = deliveryOf(snapshot, destination) ?? newDelivery(snapshot.record, destination);
  refuseWhileSending(delivery, context);
  const by = { resolvedBy: `${finding.is}, ${timeText(now)}, ${who}`, now, leaseSkew: timing.leaseSkew };

  if (finding.is === "done-by-hand" && stageOf(delivery) === "step-open") {
    const will = `end the step "${delivery.followUp}" of ${destination} as done by hand`;
    return { delivery: stepDoneByHand(delivery, by), will, send: false };
  }
  refuseEnded(delivery, finding);
  switch (finding.is) {
    case "created": {
      const { providerOrderIds: ids } = finding;
      const will = `record that ${destination} has the order as ${ids.join(", ")}; nothing more is sent there`;
      return { delivery: resolvedCreated(delivery, by, ids), will, send: false };
    }
    case "done-by-hand": {
      const will = `record that the order was created by hand at ${destination}; nothing more is sent there`;
      return { delivery: doneByHand(delivery, by), will, send: false };
    }
    case "cancelled": {
      const will = `record that the order was cancelled by hand at ${destination}; nothing more is sent there`;
      return { delivery: cancelledByHand(delivery, by), will, send: false };
    }
    case "not-created":
      return notCreated(snapshot, delivery, by, context);
  }
}

/** Two machines' clocks differ by `leaseSkew`. */
function refuseWhileSending({ destination, state, leaseUntil = 0 }: Delivery, { timing, now }: ResolveContext): void {
  const over = leaseUntil + timing.leaseSkew;
  if (state === "sending" && over > now) {
    throw new CommandError(`${destination} is being sent right now. Try again after ${timeText(over)}.`);
  }
}

function refuseEnded({ destination, state, providerOrderIds, firstSentAt }: Delivery, { is }: Finding): void {
  if (is === "cancelled") {
    if (state === "created" || state === "done-by-hand") return;
    if (!ENDED.has(state) && firstSentAt === undefined) {
      throw new CommandError(`Nothing was ever sent to ${destination}, so there is nothing to cancel there.`);
    }
  }
  if (!ENDED.has(state)) return;
  const as = providerOrderIds.length > 0 ? ` as ${providerOrderIds.join(", ")}` : "";
  throw new CommandError(`${destination} has ended: ${state}${as}. There is nothing to resolve.`);
}

function notCreated({ record }: OrderSnapshot, delivery: Delivery, by: FoundBy, context: ResolveContext): Resolved {
  const { destinations, now, restoredAt, settlingOf, timing } = context;
  const { destination } = delivery;
  const doubt = inDoubtUntil(delivery, record, { settling: settlingOf(destination), restoredAt, now });
  if (doubt !== undefined && doubt + timing.leaseSkew > now) {
    throw new CommandError(
      `A request sent to ${destination} may still create the order until ${timeText(doubt + timing.leaseSkew)}. Look again after that.`,
    );
  }
  // No longer wanted, or wanted only as a new generation: it ends, and nothing can come of it any more.
  if (record.state !== "recorded") {
    const will = `end ${destination} as cancelled: the order is ${record.state}, and it does not exist there`;
    return { delivery: endedNotCreated(delivery, by), will, send: false };
  }
  if (doubt === undefined) {
    throw new CommandError(
      `${destination} is not in doubt: the order was not created there. Use --send ${destination} to send it again.`,
    );
  }
  if (!destinations.some((one) => destinationPath(one) === destination)) {
    throw new CommandError(
      `${destination} is no longer in the stage file. Put it back, or create the order elsewhere and use --resolve done-by-hand.`,
    );
  }
  const will = `release ${destination}: the next message creates the order there without a look-up`;
  return { delivery: released(delivery, by), will, send: true };
}
