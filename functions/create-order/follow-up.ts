import { defined } from "../../shared/defined.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { type Cause, created, followUpDone } from "../../shared/ledger/delivery-life.ts";
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
  return followUp(await save(next, context), context, said);
}

const COMPLAINED = "The provider created it and complained of something.";

/**
 * The order exists, whether the step succeeds or not.
 * @param said what the provider complained of when it created the order
 */
export async function followUp(delivery: Delivery, context: OpenedContext, said?: Cause): Promise<AttemptResult> {
  const { client, outgoing } = context;
  try {
    await client.followUp?.(delivery.followUp ?? "", delivery.providerOrderIds, outgoing);
  } catch (error) {
    return afterError(delivery, error, context);
  }
  return { outcome: "created", delivery: followUpDone(delivery, said), disposition: "ack" };
}
