import { requireParcelAddress } from "../../shared/connector/parcel-address.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import {
  cancelled,
  erased,
  inDoubt,
  requeued,
  stepDropped,
  withdrawn,
  withReference,
} from "../../shared/ledger/delivery-life.ts";
import { inDoubtUntil, needsConfirmation } from "../../shared/ledger/in-doubt-until.ts";
import { isUnwanted } from "../../shared/ledger/order-life.ts";
import { destinationPath } from "../../shared/stage/config.ts";
import type { Prepared } from "../providers/provider.ts";
import { awaitConfirmation } from "./await-confirmation.ts";
import { create } from "./create.ts";
import { Conflict, type DeliveryContext, type OpenedContext, requireTimeForCall, save } from "./delivery-context.ts";
import { claimStep, followUp } from "./follow-up.ts";
import { type AttemptResult, afterError, postponed } from "./outcome.ts";
import { outgoingOf } from "./outgoing-of.ts";
import { resolveDoubt } from "./resolve-doubt.ts";

/** After a conflict with another attempt, ms. */
const CONFLICT_PAUSE = 1_000;

/** `conflict`: another writer changed the delivery meanwhile. */
export type Attempted = Omit<AttemptResult, "outcome"> & { outcome: AttemptResult["outcome"] | "conflict" };

/**
 * Works on the delivery of one message: looks it up if it is in doubt, claims it, creates the order, records the
 * result. Of a delivery that is already created, it only does the open step.
 * @param found as it was read: free, withdrawn with lines to ship again, or with an expired lease
 */
export async function attemptDelivery(found: Delivery, context: DeliveryContext): Promise<Attempted> {
  try {
    const result = found.state === "created" ? await finish(found, context) : await send(found, context);
    return await written(result, context);
  } catch (error) {
    if (error instanceof Conflict) return { outcome: "conflict", disposition: { retryInMs: CONFLICT_PAUSE } };
    throw error;
  }
}

async function finish(delivery: Delivery, context: DeliveryContext): Promise<AttemptResult> {
  if (isUnwanted(context.snapshot.record, delivery.destination)) return end("cancelled", stepDropped(delivery));
  const opened = await open(delivery, context);
  return "outcome" in opened ? opened : followUp(await claimStep(delivery, opened), opened);
}

async function send(free: Delivery, context: DeliveryContext): Promise<AttemptResult> {
  // Its lines came back, or it would have ended.
  const found = free.state === "withdrawn" ? await save(requeued(free), context) : free;
  const { config, settling, snapshot, now } = context;
  const { record } = snapshot;
  const settledAt = inDoubtUntil(found, record, { settling, restoredAt: config.restoredAt, now: now() });
  let delivery = settledAt === undefined ? found : inDoubt(found, { settledAt, now: now() });
  if (record.erasure && delivery.state !== "in-doubt") return end("erased", erased(delivery));
  const isCancelled = isUnwanted(record, delivery.destination);
  if (isCancelled && delivery.state !== "in-doubt") {
    return end("cancelled", cancelled(delivery, "cancelled at the channel before it was sent"));
  }

  const opened = await open(delivery, context);
  if ("outcome" in opened) return opened;
  delivery = withReference(delivery, opened.outgoing.reference);

  if (delivery.state === "in-doubt") {
    const resolved = await resolveDoubt(delivery, opened);
    if ("outcome" in resolved) return resolved;
    delivery = resolved;
    if (record.erasure) return end("erased", erased(delivery));
    if (isCancelled) {
      const reason = "cancelled at the channel; the provider does not have it, so it is not sent again";
      return end("cancelled", cancelled(delivery, reason));
    }
  }
  if (opened.outgoing.lines.length === 0) return end("withdrawn", withdrawn(delivery));

  if (needsConfirmation(record, config.restoredAt)) return awaitConfirmation(context);
  // It was decided before: its channel holds it since, or no longer gives the buyer's address.
  const { hold } = opened.outgoing.order;
  if (hold) return postponed(delivery, config.timing.holdLookAfter, { reason: `held: ${hold.reason}` }, context);

  let prepared: Prepared;
  try {
    const { missing } = context.destination;
    requireParcelAddress(opened.outgoing.order, { destination: destinationPath(context.destination), missing });
    prepared = await opened.client.prepare(opened.outgoing);
    requireTimeForCall(context);
  } catch (error) {
    return afterError(delivery, error, context);
  }
  return create(delivery, prepared, opened);
}

/** Reads what is sent and opens the client. @returns the result of the attempt if one of them fails */
async function open(delivery: Delivery, context: DeliveryContext): Promise<OpenedContext | AttemptResult> {
  try {
    const outgoing = await outgoingOf(context.snapshot, delivery, context.destination, context);
    const client = await context.open(context.destination, context.message.deadline);
    return { ...context, outgoing, client };
  } catch (error) {
    return afterError(delivery, error, context);
  }
}

const end = (outcome: "cancelled" | "erased" | "withdrawn", delivery: Delivery): AttemptResult => ({
  outcome,
  delivery,
  disposition: "ack",
});

async function written(result: AttemptResult, context: DeliveryContext): Promise<AttemptResult> {
  if (result.delivery) await save(result.delivery, context);
  return result;
}
