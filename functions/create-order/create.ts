import { randomUUID } from "node:crypto";
import { defined } from "../../shared/defined.ts";
import { Throttled } from "../../shared/errors.ts";
import { addressDigest } from "../../shared/ledger/address-digest.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { type Claim, claimed } from "../../shared/ledger/delivery-life.ts";
import { backoff } from "../../shared/messages/backoff.ts";
import { quantityToShip } from "../../shared/order.ts";
import type { Created, Outgoing, Prepared } from "../providers/provider.ts";
import { hasTimeFor, type OpenedContext, save } from "./delivery-context.ts";
import { recordCreated } from "./follow-up.ts";
import { type AttemptResult, afterError } from "./outcome.ts";

/**
 * Writes the claim, then makes the call.
 * @param free surely not at the provider
 * @throws Conflict if another attempt was first
 */
export async function create(free: Delivery, prepared: Prepared, context: OpenedContext): Promise<AttemptResult> {
  const { functionTimeout, config, snapshot, outgoing, now } = context;
  const delivery = claimed(free, {
    ...{ now: now(), functionTimeout, leaseSkew: config.timing.leaseSkew, token: randomUUID() },
    ...{
      reference: outgoing.reference,
      lines: inPieces(prepared, outgoing),
      orderVersion: snapshot.body?.freshness ?? "",
    },
    addressDigest: addressDigest(snapshot.record, outgoing.order.shippingAddress),
  });
  await save(delivery, context);

  let order: Created;
  try {
    order = await createOrWait(prepared, context);
  } catch (error) {
    return afterError(delivery, error, context);
  }
  return recordCreated(delivery, order, context);
}

/** The lines that are sent, with their quantities in our own units too. */
function inPieces({ lines }: Prepared, outgoing: Outgoing): Claim["lines"] {
  const ours = new Map(outgoing.lines.map((line) => [line.id, quantityToShip(line)]));
  return lines.map((line) => ({ ...line, ...defined({ pieces: ours.get(line.id) }) }));
}

/** "Too many requests" means surely not created, so the function waits and tries again under the same claim. */
async function createOrWait(prepared: Prepared, context: OpenedContext): Promise<Created> {
  const { client, outgoing, config, random, sleep, callTimeout } = context;
  const { throttleBase: base, throttleCap: cap } = config.timing;
  for (let answers = 1; ; answers++) {
    try {
      return await client.create(prepared, outgoing);
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      // `Retry-After: 0`, or a date that is past by our clock, would be no pause.
      const pause = error.retryAfter || backoff(answers, { base, cap, random });
      if (!hasTimeFor(context, pause + callTimeout)) throw error;
      await sleep(pause);
    }
  }
}
