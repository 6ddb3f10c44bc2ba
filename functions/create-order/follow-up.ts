import { randomUUID } from "node:crypto";
import { defined } from "../../shared/defined.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { type Cause, created, followUpDone, stepClaimed, stepDropped } from "../../shared/ledger/delivery-life.ts";
import { isUnwanted } from "../../shared/ledger/order-life.ts";
import type { Created } from "../providers/provider.ts";
import { type OpenedContext, save } from "./delivery-context.ts";
import { type AttemptResult, afterError, causeOf } from "./outcome.ts";

/** Records that the provider has the order, then does the step that is open after creation, if there is one. */
export async function recordCreated(
  delivery: Delivery,
  order: Created,
  context: OpenedContext,
): Promise<AttemptResult> {
  const { providerOrderIds, followUp: step, notes = [], complaint } = order;
  const said = complaint === undefined ? undefined : causeOf(complaint, context);
  const noted = said === undefined ? notes : [...notes, COMPLAINED];
  const next = created(
    delivery,
    {
      reference: context.outgoing.reference,
      providerOrderIds,
      ...defined({ followUp: step, said }),
      ...(noted.length > 0 && { notes: noted }),
    },
    context.now(),
  );
  if (next.followUp === undefined) return { outcome: "created", delivery: next, disposition: "ack" };
  const saved = await save(next, context);
  // What a look-up found has no claim yet.
  return followUp(saved.token === undefined ? await claimStep(saved, context) : saved, context, said);
}

const COMPLAINED = "The provider created it and complained of something.";

/** Two messages of a delivery never do its step side by side. @throws Conflict if another one was first */
export function claimStep(delivery: Delivery, context: OpenedContext): Promise<Delivery> {
  const { now, functionTimeout, config } = context;
  const { leaseSkew } = config.timing;
  return save(stepClaimed(delivery, { now: now(), functionTimeout, leaseSkew, token: randomUUID() }), context);
}

/**
 * Does the open step, unless the order was cancelled since it was read. The order exists, whether the step succeeds or not.
 * @param delivery whose step this message has claimed
 * @param said what the provider complained of when it created the order
 */
export async function followUp(delivery: Delivery, context: OpenedContext, said?: Cause): Promise<AttemptResult> {
  const { client, outgoing, ledger, snapshot } = context;
  const newest = (await ledger.order(snapshot.record)) ?? snapshot.record;
  if (isUnwanted(newest, delivery.destination)) {
    return { outcome: "created", delivery: stepDropped(delivery, said), disposition: "ack" };
  }
  try {
    await client.followUp?.(delivery.followUp ?? "", delivery.providerOrderIds, outgoing);
  } catch (error) {
    return afterError(delivery, error, context);
  }
  return { outcome: "created", delivery: followUpDone(delivery, said), disposition: "ack" };
}
