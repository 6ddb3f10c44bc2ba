import { loadProviders } from "../functions/providers/registry.ts";
import type { Identity } from "../shared/identity.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { dispatch } from "../shared/ledger/outbox.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { remainingDeadLetters } from "./dead-letters.ts";
import type { OpenStage } from "./open-stage.ts";
import { timeText } from "./order-story.ts";
import { recordFinding } from "./record-finding.ts";
import { keep, type Released, type Releaser, renew } from "./renew.ts";
import { type Finding, type Resolved, resolve } from "./resolve.ts";
import { sendAgain, sendable } from "./send-again.ts";

/** What an act needs of the stage. */
export type ActStage = Pick<OpenStage, "ledger" | "queues" | "config" | "who">;

/** An operator's act on one order, worked out and not done yet. */
export interface PreparedAct {
  /** Sentences without a subject. */
  will: string[];
  /** Whether it can be undone, in a sentence. */
  undo: string;
  /** The finding is true only of a look at this provider after this moment, epoch ms. */
  looks?: { at: string; after: number } | undefined;
  /** @throws CommandError where another writer changed the order meanwhile */
  run(): Promise<Acted>;
}

export interface Acted {
  said: string;
  /** What is left to do. */
  left?: string | undefined;
}

/**
 * Sends it again from the ledger.
 * @param wanted one destination; default: all that have not ended and are not retried automatically
 * @throws CommandError where nothing can be sent
 */
export function prepareSend(file: OrderSnapshot, wanted: string | undefined, stage: ActStage): PreparedAct {
  const { config, who } = stage;
  const able = sendable(file, wanted, config, Date.now());
  const destinations = able.map(({ destination }) => destination);
  return {
    will: [`send a new message for each delivery below, as ${who}`, ...able.map(({ will }) => will)],
    undo: "A message that was sent cannot be taken back. What may exist is looked up first, so nothing is created twice.",
    async run() {
      const outcome = `sent again to ${destinations.join(", ")} by ${who}`;
      await sendAgain(file.record, destinations, outcome, { ...stage, now: Date.now });
      return { said: `Sent to ${destinations.join(", ")}.`, left: leftBehind(file, destinations, config) };
    },
  };
}

/**
 * Records what the operator found out at a provider, or did there.
 * @param wanted which delivery is meant; needed if several match
 * @throws CommandError where the finding cannot be true, or cannot be known yet
 */
export function prepareResolve(
  file: OrderSnapshot,
  finding: Finding,
  wanted: string | undefined,
  stage: ActStage,
): PreparedAct {
  const { who } = stage;
  const resolved = oneOf(file, finding, wanted, stage);
  const { delivery, will, send, looksAfter } = resolved;
  const { destination } = delivery;
  return {
    will: [will, ...(send ? ["send a new message for it"] : []), `record that ${who} decided it`],
    undo: send
      ? "This cannot be undone: if the order does exist there, it may be created twice."
      : "This cannot be undone: the delivery ends.",
    looks: looksAfter === undefined ? undefined : { at: destination, after: looksAfter },
    async run() {
      const outcome = `${destination} resolved as ${finding.is} by ${who}`;
      await recordFinding(resolved, file.record, outcome, { ...stage, now: Date.now });
      return { said: `${destination} is ${delivery.state}.`, left: leftBehind(file, [destination], stage.config) };
    },
  };
}

/** Of every generation: an older one's dead letter is there as well. */
function leftBehind({ deliveries }: OrderSnapshot, destinations: readonly string[], config: Config) {
  const concerned = deliveries.filter(({ destination }) => destinations.includes(destination));
  return remainingDeadLetters(concerned, config, Date.now());
}

/** The delivery that is meant. @throws CommandError where that is none, or could be several */
function oneOf(file: OrderSnapshot, finding: Finding, wanted: string | undefined, { config, who }: ActStage): Resolved {
  const { decided } = file.record;
  if (wanted !== undefined && !decided.includes(wanted)) {
    throw new CommandError(
      `The order has no delivery to ${wanted}, only to ${decided.join(", ") || "no destination"}.`,
    );
  }
  const around = {
    destinations: config.destinations,
    timing: config.timing,
    restoredAt: config.restoredAt,
    settlingOf: (destination: string) => settlingOf(config, destination),
    who,
    now: Date.now(),
    ...(finding.is === "not-created" && { lookedAt: finding.lookedAt }),
  };
  const refusals: string[] = [];
  const able = (wanted === undefined ? decided : [wanted]).flatMap((destination) => {
    try {
      return [resolve(file, destination, finding, around)];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusals.push(error.message);
      return [];
    }
  });
  const [only, ...more] = able;
  if (!only) throw new CommandError(refusals.join("\n") || "The order has no deliveries.");
  if (more.length === 0) return only;
  throw new CommandError(
    `Several deliveries match. Add --destination ${able.map(({ delivery }) => delivery.destination).join(" or ")}.`,
  );
}

const knownProviders = await loadProviders();

/** As create-order has it. Of a destination that left the stage file, the longest of all. */
function settlingOf({ destinations }: Config, path: string): number {
  const known = knownProviders;
  const destination = destinations.find((one) => destinationPath(one) === path);
  const provider = known.find(({ name }) => path.startsWith(`${name}/`));
  return destination?.settling ?? provider?.timing.settling ?? Math.max(...known.map(({ timing }) => timing.settling));
}

const releaser = ({ config, who }: ActStage): Releaser => ({ config, who, now: Date.now() });

/** A held order starts again. @throws CommandError where something of it may still exist */
export const prepareRenew = async (file: OrderSnapshot, stage: ActStage): Promise<PreparedAct> =>
  prepareRelease(
    await renew(file, stage.ledger, releaser(stage)),
    "This cannot be undone: what is sent then has new references, which no look-up connects with the earlier ones.",
    stage,
  );

/** A held order goes on as it is. @throws CommandError where it is not held for the operator */
export const prepareKeep = async (file: OrderSnapshot, stage: ActStage): Promise<PreparedAct> =>
  prepareRelease(
    keep(file, releaser(stage)),
    "This cannot be undone: the order goes on. A cancellation in the shop still reaches it.",
    stage,
  );

function prepareRelease({ record, will }: Released, undo: string, stage: ActStage): PreparedAct {
  return {
    will: [will, `record that ${stage.who} decided it`],
    undo,
    async run() {
      if ((await stage.ledger.putOrder(record)) === "conflict") {
        throw new CommandError("Another writer changed the order meanwhile, so nothing was written. Look at it again.");
      }
      await dispatch(record, { ...stage, now: Date.now });
      return { said: `The order is ${record.state}, generation ${record.generation}.` };
    },
  };
}

/** How often the order and its deliveries were written: an act is done only upon what the operator saw. */
export const revisionOf = ({ record, deliveries }: OrderSnapshot): string =>
  [
    record.rev,
    ...deliveries.map(({ destination, generation, rev }) => `${destination}#${generation}:${rev}`).sort(),
  ].join(" ");

/** @throws CommandError where it was written since `seen`, or is not there */
export async function orderAsSeen(
  identity: Identity,
  seen: string,
  { ledger }: Pick<ActStage, "ledger">,
): Promise<OrderSnapshot> {
  const file = await ledger.load(identity);
  if (!file) throw new CommandError("The ledger does not have this order any more.");
  if (revisionOf(file) === seen) return file;
  throw new CommandError("The order changed since you looked, so nothing was done. Look at it again.");
}

/** `--yes` skips the question, and with it the operator's word that they looked late enough. @throws CommandError */
export function requireLook({ looks }: PreparedAct, finding: Finding): void {
  if (finding.is !== "not-created" || finding.lookedAt !== undefined || looks === undefined) return;
  throw new CommandError(
    `--yes skips the question when you looked at ${looks.at}. Add --looked-at <UTC time>: later than ${timeText(looks.after)}.`,
  );
}
