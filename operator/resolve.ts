import * as z from "zod/mini";
import { type Delivery, ENDED } from "../shared/ledger/delivery.ts";
import {
  cancelledByHand,
  doneByHand,
  endedNotCreated,
  type Finding as FoundBy,
  newDelivery,
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
  /** `lookedAt`: at the provider, epoch ms, where the operator said so. */
  | { is: "not-created"; lookedAt: number | undefined }
  | { is: "done-by-hand" | "cancelled" };

/** @param lookedAt of `not-created`, UTC ISO 8601 @throws CommandError for what is none of the four, or no time */
export function findingOf(text: string, lookedAt?: string): Finding {
  if (text === "not-created") return { is: text, lookedAt: lookedAt === undefined ? undefined : timeOf(lookedAt) };
  if (lookedAt !== undefined) throw new CommandError("--looked-at belongs to --resolve not-created.");
  if (text === "done-by-hand" || text === "cancelled") return { is: text };
  const [, ids = ""] = /^created=(.*)$/s.exec(text) ?? [];
  const providerOrderIds = ids.split(",").flatMap((id) => id.trim() || []);
  if (providerOrderIds.length > 0) return { is: "created", providerOrderIds };
  throw new CommandError(
    `--resolve ${text}: write created=<the provider's order ID>, not-created, done-by-hand or cancelled (at the provider).`,
  );
}

function timeOf(text: string): number {
  const { success, data } = z.iso.datetime().safeParse(text.trim().replace(" ", "T"));
  if (success) return Date.parse(data);
  throw new CommandError(`--looked-at ${text}: write the UTC time, as in 2026-11-20T14:05:00Z.`);
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
  /** When the operator looked at the provider, epoch ms; undefined where that was not said. */
  lookedAt?: number | undefined;
}

export interface Resolved {
  /** To be written over the delivery it was made from. */
  delivery: Delivery;
  /** What it means, in a sentence. */
  will: string;
  /** It is free to be created, and needs a message. */
  send: boolean;
  /** The finding is true only of a look at the provider after this moment, epoch ms. */
  looksAfter?: number;
}

/**
 * Applies the operator's finding to a delivery.
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
function refuseWhileSending({ destination, leaseUntil }: Delivery, { timing, now }: ResolveContext): void {
  const over = (leaseUntil ?? -timing.leaseSkew) + timing.leaseSkew;
  if (over > now) {
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
  const looksAfter = doubt === undefined ? {} : { looksAfter: doubt + timing.leaseSkew };
  refuseOldLook(destination, { ...looksAfter, ...context });
  // The order is no longer wanted, or only as a new generation: the delivery ends.
  if (record.state !== "recorded") {
    const will = `end ${destination} as cancelled: the order is ${record.state}, and it does not exist there`;
    return { delivery: endedNotCreated(delivery, by), will: will + onlyAfter(looksAfter), send: false, ...looksAfter };
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
  const will = `release ${destination}: the next message looks it up once more, and creates it if nothing is found`;
  return { delivery: released(delivery, by), will: will + onlyAfter(looksAfter), send: true, ...looksAfter };
}

/** A colleague's redrive, or the attempt that ended last, may have created it after an earlier look. */
const onlyAfter = ({ looksAfter }: Pick<Resolved, "looksAfter">): string =>
  looksAfter === undefined ? "" : `; only true if you looked there after ${timeText(looksAfter)}`;

interface Look extends Pick<ResolveContext, "now" | "lookedAt">, Pick<Resolved, "looksAfter"> {}

function refuseOldLook(destination: string, { looksAfter = 0, now, lookedAt = now }: Look): void {
  if (lookedAt > now) throw new CommandError(`--looked-at ${timeText(lookedAt)} is in the future.`);
  if (looksAfter > lookedAt) {
    throw new CommandError(
      `A request sent to ${destination} may still create the order until ${timeText(looksAfter)}. Look again after that.`,
    );
  }
}
