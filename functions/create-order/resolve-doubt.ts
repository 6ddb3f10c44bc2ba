import { Rejected, Unavailable } from "../../shared/errors.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { foundNothing } from "../../shared/ledger/delivery-life.ts";
import { isForgotten } from "../../shared/ledger/in-doubt-until.ts";
import { omit } from "../../shared/omit.ts";
import type { Found, Sent } from "../providers/provider.ts";
import { hasTimeFor, type OpenedContext } from "./delivery-context.ts";
import { recordCreated } from "./follow-up.ts";
import { type AttemptResult, afterError, postponed, refused } from "./outcome.ts";
import { referenceOf } from "./outgoing-of.ts";

/**
 * Looks in the provider's own records whether an earlier attempt created the order. "There" counts at any time, "not
 * there" only after the settling time.
 * @returns the delivery, free, if nothing surely exists; else the result of the attempt
 */
export async function resolveDoubt(delivery: Delivery, context: OpenedContext): Promise<Delivery | AttemptResult> {
  const { now, sleep, config } = context;
  // The function that sent it may have had another clock.
  const settledAt = (delivery.settledAt ?? now()) + config.timing.leaseSkew;
  for (;;) {
    const settled = now() >= settledAt;
    let found: LookedUp;
    try {
      found = await lookUp(delivery, context);
    } catch (error) {
      return afterError(delivery, error, context);
    }
    if (found.found === "same") return recordCreated(delivery, found, underReference(found.reference, context));
    if (found.found !== "nothing") return refused(delivery, new Rejected(found.reason), context);
    if (settled) {
      const isFree = found.conclusive || isAbsentByHand(delivery);
      return isFree ? foundNothing(delivery) : afterError(delivery, inconclusive(), context);
    }

    const left = settledAt - now();
    if (!isShort(left, context)) return askLater(delivery, left, context);
    await sleep(Math.max(0, left));
  }
}

/** What the provider's records say. Of an order that is there as it was sent: under which reference. */
type LookedUp = Exclude<Found, { found: "same" }> | (Extract<Found, { found: "same" }> & { reference: string });

/** A restored table may have forgotten so many later generations of an order. */
const FORGOTTEN_GENERATIONS = 5;

/** Asks for the delivery's own reference; after a restore of the table also for those of the next generations. */
async function lookUp(delivery: Delivery, context: OpenedContext): Promise<LookedUp> {
  const { client } = context;
  const sent = await sentBefore(delivery, context);
  let worst: LookedUp = { found: "nothing", conclusive: true };
  for (const reference of [sent.reference, ...forgottenReferences(delivery, context)]) {
    const found = await client.find({ ...sent, reference }, underReference(reference, context).outgoing);
    if (found.found === "same") return { ...found, reference };
    if (worst.found === "nothing" && !(found.found === "nothing" && found.conclusive)) worst = found;
  }
  return worst;
}

/** Of the next generations, gaps included: the channel may have cancelled and revived the order before the restore. */
function forgottenReferences(delivery: Delivery, context: OpenedContext): string[] {
  const { snapshot, config, destination } = context;
  if (!isForgotten(delivery, snapshot.record, config.restoredAt)) return [];
  return Array.from({ length: FORGOTTEN_GENERATIONS }, (_, index) =>
    referenceOf(snapshot.record, delivery.generation + 1 + index, destination, context),
  );
}

const underReference = (reference: string, context: OpenedContext): OpenedContext => ({
  ...context,
  outgoing: { ...context.outgoing, reference },
});

/** The operator looked after the last request could have acted: that decides where the provider's records cannot. */
const isAbsentByHand = ({ notCreatedAt, settledAt }: Delivery): boolean =>
  notCreatedAt !== undefined && settledAt !== undefined && notCreatedAt >= settledAt;

const inconclusive = (): Unavailable =>
  new Unavailable(
    "the provider's records could not be searched to the end, so it is not known whether the order exists",
  );

/** Worth waiting for inside the function. */
const isShort = (ms: number, context: OpenedContext): boolean =>
  ms <= context.config.timing.shortWait && hasTimeFor(context, ms + 2 * context.callTimeout);

function askLater(delivery: Delivery, left: number, context: OpenedContext): AttemptResult {
  const { retryBase } = context.config.timing;
  const known = delivery.reason !== undefined || delivery.errorText !== undefined;
  const cause = known
    ? undefined
    : { reason: "an earlier attempt may have created it; the provider does not show it yet" };
  return postponed(delivery, Math.min(left, Math.max(retryBase, left / 2)), cause, context);
}

/** What the claim recorded as sent. After a restore of the table there may be no claim: then what would be sent now. */
async function sentBefore(delivery: Delivery, { snapshot, outgoing, client }: OpenedContext): Promise<Sent> {
  const seen = Date.parse(snapshot.record.firstSeenAt);
  return {
    reference: outgoing.reference,
    lines: delivery.lines?.map((line) => omit(line, "pieces")) ?? (await client.prepare(outgoing)).lines,
    firstSentAt: delivery.firstSentAt ?? seen,
    lastSentAt: delivery.lastSentAt ?? seen,
  };
}
