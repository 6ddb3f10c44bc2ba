import type { Delivery } from "../../shared/ledger/delivery.ts";
import { created, followUpDone } from "../../shared/ledger/delivery-life.ts";
import type { Created } from "../providers/provider.ts";
import { type OpenedContext, save } from "./delivery-context.ts";
import { type AttemptResult, afterError } from "./outcome.ts";

/** Records that the provider has the order, then does the step that is open after creation, if there is one. */
export async function recordCreated(
  delivery: Delivery,
  order: Created,
  context: OpenedContext,
): Promise<AttemptResult> {
  const next = created(delivery, { ...order, reference: context.outgoing.reference }, context.now());
  if (next.followUp === undefined) return { outcome: "created", delivery: next, disposition: "ack" };
  return followUp(await save(next, context), context);
}

/** The order exists, whether the step succeeds or not. */
export async function followUp(delivery: Delivery, context: OpenedContext): Promise<AttemptResult> {
  const { client, outgoing } = context;
  try {
    await client.followUp?.(delivery.followUp ?? "", delivery.providerOrderIds, outgoing);
  } catch (error) {
    return afterError(delivery, error, context);
  }
  return { outcome: "created", delivery: followUpDone(delivery), disposition: "ack" };
}
