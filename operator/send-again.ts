import { type Delivery, ENDED } from "../shared/ledger/delivery.ts";
import { stageOf } from "../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { Ledger, OrderSnapshot } from "../shared/ledger/ledger.ts";
import { sentAgain } from "../shared/ledger/order-life.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { dispatch } from "../shared/ledger/outbox.ts";
import type { Queues } from "../shared/messages/queues.ts";
import { type Config, destinationPath, pathOf } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { timeText } from "./order-story.ts";

interface Sendable {
  destination: string;
  /** What its message will do, in a sentence. */
  will: string;
}

/**
 * The deliveries of an order that can be sent again.
 * @param wanted one destination; default: all that have not ended and are not retried automatically
 * @throws CommandError if there are none
 */
export function sendable(file: OrderSnapshot, wanted: string | undefined, config: Config, now: number): Sendable[] {
  const { record } = file;
  const order = `${pathOf({ channel: record.channel, name: record.connection })}/${record.orderId}`;
  if (!hasSends(record)) {
    throw new CommandError(
      `${order} is ${record.state}${record.reason ? `: ${record.reason}` : ""}. It has nothing to send.`,
    );
  }
  if (wanted !== undefined && !record.decided.includes(wanted)) {
    const decided = record.decided.length > 0 ? `to ${record.decided.join(" and ")}` : "to no destination";
    throw new CommandError(
      `${order} goes ${decided}, not to ${wanted}, by the stage's routes. They are evaluated again at the shop's next event.`,
    );
  }
  const known = new Set(config.destinations.map(destinationPath));
  const looked = (wanted === undefined ? record.decided : [wanted]).map((destination) => {
    const delivery = deliveryOf(file, destination);
    const whyNot = known.has(destination)
      ? reasonNotToSend(delivery, config, now)
      : "is no longer in the stage file, so it has no queue";
    return {
      destination,
      whyNot: whyNot && `${destination} ${whyNot}.`,
      will: `${destination}: ${willDo(record, delivery)}`,
    };
  });
  const able = looked.filter(({ whyNot }) => whyNot === undefined);
  if (able.length === 0)
    throw new CommandError(looked.map(({ whyNot }) => whyNot).join("\n") || `${order} has no deliveries.`);
  return able;
}

const hasSends = ({ state }: OrderRecord): boolean => state === "recorded" || state === "cancelled";

function reasonNotToSend(delivery: Delivery | undefined, { timing }: Config, now: number): string | undefined {
  if (!delivery) return undefined;
  const { state, leaseUntil, nextAttemptAt = 0, providerOrderIds } = delivery;
  if (ENDED.has(state) && stageOf(delivery) !== "step-open") {
    return `has ended: ${state}${providerOrderIds.length > 0 ? ` as ${providerOrderIds.join(", ")}` : ""}`;
  }
  if (leaseUntil !== undefined && leaseUntil + timing.leaseSkew > now) {
    return `is being sent right now; try again after ${timeText(leaseUntil + timing.leaseSkew)}`;
  }
  return nextAttemptAt > now ? `is retried automatically at ${timeText(nextAttemptAt)}` : undefined;
}

function willDo({ state }: OrderRecord, delivery: Delivery | undefined): string {
  if (delivery && stageOf(delivery) === "step-open") return `do the open step "${delivery.followUp}"`;
  const wanted = state === "cancelled" ? "end it as cancelled" : "create it";
  const doubt = delivery?.firstSentAt !== undefined && delivery.state !== "retrying";
  return doubt ? `look up ${delivery.reference ?? "it"} first, then ${wanted} if it does not exist` : wanted;
}

export interface SendDeps {
  ledger: Ledger;
  queues: Pick<Queues, "sendToDestination">;
  config: Config;
  now: () => number;
}

/**
 * Sends from the ledger, as route-order does: writes the record first, so that find-due finishes what this process does
 * not.
 * @param outcome for the trace
 * @throws CommandError where another writer changed the order meanwhile
 */
export async function sendAgain(
  record: OrderRecord,
  destinations: string[],
  outcome: string,
  deps: SendDeps,
): Promise<void> {
  await dispatch(await recordSend(record, destinations, outcome, deps), deps);
}

/**
 * Records that it is to be sent, upon the newest record.
 * @returns what was written
 * @throws CommandError where another writer changed the order so that it cannot be sent
 */
export async function recordSend(
  record: OrderRecord,
  destinations: string[],
  outcome: string,
  { ledger, now, config }: SendDeps,
): Promise<OrderRecord> {
  let current: OrderRecord | undefined = record;
  while (current && current.generation === record.generation && hasSends(current)) {
    const next = sentAgain(current, destinations, outcome, { now: now(), dueAfter: config.timing.dueAfter });
    if ((await ledger.putOrder(next)) === "written") return next;
    current = await ledger.order(record);
  }
  throw new CommandError("Another writer changed the order meanwhile, so nothing was sent. Look at it again.");
}
