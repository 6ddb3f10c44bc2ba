import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { Ledger, OrderSnapshot } from "../shared/ledger/ledger.ts";
import { isHeldForOperator, isUnconfirmed, kept, leftOver, renewed } from "../shared/ledger/order-life.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { decide } from "../shared/routing/decide.ts";
import { type Config, pathOf } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";

export interface Released {
  /** To be written upon the one it was made from. */
  record: OrderRecord;
  /** What it means, in a sentence. */
  will: string;
}

/** Who releases a held order, and when. */
export interface Releaser {
  config: Config;
  who: string;
  /** Epoch ms. */
  now: number;
}

/**
 * A held order starts again: its former deliveries are gone, the routes decide those of the next generation.
 * @throws CommandError where it is not held for the operator, or something of it may still exist
 */
export async function renew(
  snapshot: OrderSnapshot,
  ledger: Pick<Ledger, "readBody">,
  { config, who, now }: Releaser,
): Promise<Released> {
  const { record, deliveries, body } = snapshot;
  refuseUnlessHeld(snapshot);
  const left = leftOver(record, deliveries);
  if (left.length > 0) {
    const states = left.map(
      (destination) => `${destination} (${deliveryOf(snapshot, destination)?.state ?? "queued"})`,
    );
    throw new CommandError(
      `These earlier deliveries may still exist: ${states.join(", ")}. Cancel each at the provider and record it with --resolve cancelled. If it does not exist there, record it with --resolve not-created.`,
    );
  }
  const path = pathOf({ channel: record.channel, name: record.connection });
  const connection = config.connections.find((one) => pathOf(one) === path);
  if (!connection) throw new CommandError(`The connection ${path} is no longer in the stage file.`);
  if (!body) throw new CommandError("The order's body has expired. Have the shop send its event again.");

  const decision = decide(config, connection, await ledger.readBody(body), Date.parse(record.firstSeenAt));
  const { dueAfter, holdLookAfter } = config.timing;
  const next = renewed(record, decision, `renewed by ${who}`, { now, dueAfter, holdLookAfter });
  const begin = `begin generation ${next.generation} of the order`;
  return {
    record: next,
    will:
      next.toSend.length > 0
        ? `${begin} and create it at ${next.toSend.join(" and ")} under new references`
        : `${begin}, ${next.state}${next.reason ? `: ${next.reason}` : ""}; nothing is sent`,
  };
}

/** A held order goes on as it is: its deliveries stay valid. @throws CommandError where it is not held for the operator */
export function keep(snapshot: OrderSnapshot, { config, who, now }: Releaser): Released {
  refuseUnlessHeld(snapshot);
  const deliveries = snapshot.deliveries.filter(({ generation }) => generation === snapshot.record.generation);
  const states = deliveries.map(({ destination, state }) => `${destination} ${state}`).join(", ");
  return {
    record: kept(snapshot.record, `kept as it is by ${who}`, { now, dueAfter: config.timing.dueAfter }),
    will: isUnconfirmed(snapshot.record)
      ? `release the order as it is still wanted (${states}); what is not created of it yet is looked up once more and sent`
      : `release the order and keep its deliveries as they are (${states}); nothing is sent`,
  };
}

function refuseUnlessHeld({ record }: OrderSnapshot): void {
  if (isHeldForOperator(record)) return;
  const { state, reason } = record;
  throw new CommandError(
    `The order is ${state}${reason ? `: ${reason}` : ""}. Only an order that is held for the operator can be released.`,
  );
}
