import { type Delivery, ENDED, newDelivery } from "../shared/ledger/delivery.ts";
import { inDoubtUntil } from "../shared/ledger/in-doubt-until.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { onList } from "../shared/ledger/work-list.ts";
import { omit } from "../shared/omit.ts";
import { type Destination, destinationPath, type Timing } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { timeText } from "./order-story.ts";

/** What a person found out, or did, at the provider. */
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

export interface Circumstances {
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
 * What a delivery becomes by a person's finding.
 * @param destination one of those decided for the order
 * @throws CommandError where it has ended, is under way, or where nobody can know that yet
 */
export function resolve(file: OrderSnapshot, destination: string, finding: Finding, around: Circumstances): Resolved {
  const { record } = file;
  const { now, timing, who } = around;
  const delivery =
    file.deliveries.find((one) => one.destination === destination && one.generation === record.generation) ??
    newDelivery(record, destination);
  const { state, leaseUntil = 0, followUp, providerOrderIds } = delivery;
  // Two machines' clocks differ.
  if (state === "sending" && leaseUntil + timing.leaseSkew > now) {
    throw new CommandError(
      `${destination} is being sent at this moment; ask again after ${timeText(leaseUntil + timing.leaseSkew)}.`,
    );
  }
  const known = omit(delivery, "token", "leaseUntil", "actsUntil", "settledAt", "nextAttemptAt", "reason");
  const next = {
    ...omit(known, "workAt", "workList"),
    rev: delivery.rev + 1,
    resolvedBy: `${finding.is}, ${timeText(now)}, ${who}`,
  };
  const openStep = state === "created" && followUp !== undefined;
  if (ENDED.has(state) && !(finding.is === "cancelled" && (state === "created" || state === "done-by-hand"))) {
    if (!openStep || finding.is !== "done-by-hand") {
      const as = providerOrderIds.length > 0 ? ` as ${providerOrderIds.join(", ")}` : "";
      throw new CommandError(`${destination} has ended: ${state}${as}. There is nothing to resolve.`);
    }
    const will = `end the step "${followUp}" of ${destination} as done by hand`;
    return { delivery: omit(next, "followUp"), will, send: false };
  }

  switch (finding.is) {
    case "created": {
      const ids = finding.providerOrderIds;
      const will = `record that ${destination} has the order as ${ids.join(", ")}; nothing more is sent there`;
      return {
        delivery: { ...next, tries: {}, state: "created", providerOrderIds: ids, createdAt: now },
        will,
        send: false,
      };
    }
    case "done-by-hand": {
      const will = `record that the order was made by hand at ${destination}; nothing more is sent there`;
      return { delivery: { ...next, tries: {}, state: "done-by-hand", reason: "made by hand" }, will, send: false };
    }
    case "cancelled": {
      if (delivery.firstSentAt === undefined && !ENDED.has(state)) {
        throw new CommandError(`Nothing was ever sent to ${destination}, so nothing can have been cancelled there.`);
      }
      const will = `record that the order was cancelled by hand at ${destination}; nothing more is sent there`;
      const cancelled: Delivery = {
        ...omit(next, "followUp"),
        tries: {},
        state: "cancelled",
        reason: "cancelled by hand at the provider",
      };
      return { delivery: cancelled, will, send: false };
    }
    case "not-created":
      return notCreated(file, delivery, next, around);
  }
}

function notCreated({ record }: OrderSnapshot, delivery: Delivery, next: Delivery, around: Circumstances): Resolved {
  const { destinations, now, restoredAt, settlingOf, timing } = around;
  const { destination } = delivery;
  const doubt = inDoubtUntil(delivery, record, { settling: settlingOf(destination), restoredAt, now });
  if (doubt !== undefined && doubt + timing.leaseSkew > now) {
    throw new CommandError(
      `What was sent to ${destination} may still arrive: "not there" proves something only after ${timeText(doubt + timing.leaseSkew)}. Look there again then.`,
    );
  }
  const freed = { ...next, notCreatedAt: now };
  // No longer wanted, or wanted only as a new generation: it ends, and nothing can come of it any more.
  if (record.state !== "recorded") {
    const will = `end ${destination} as cancelled: the order is ${record.state}, and nothing of it exists there`;
    return {
      delivery: { ...freed, tries: {}, state: "cancelled", reason: "not created, as found by hand" },
      will,
      send: false,
    };
  }
  if (doubt === undefined) {
    throw new CommandError(
      `${destination} is not in doubt: nothing of it was created there. --send ${destination} sends it again.`,
    );
  }
  if (!destinations.some((one) => destinationPath(one) === destination)) {
    throw new CommandError(
      `${destination} is not in the stage file any more: put it back, or make the order elsewhere and say done-by-hand.`,
    );
  }
  const will = `free ${destination}: the next message creates the order there without looking for it first`;
  const reason = "not created, as found by hand; free to be sent";
  // Counted as open until it ends: what comes between this and its message must not hide it.
  const open = onList("open", now);
  return { delivery: { ...freed, ...open, tries: {}, state: "retrying", reason }, will, send: true };
}
