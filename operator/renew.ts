import { leftOver, newGeneration } from "../functions/route-order/next-record.ts";
import type { Ledger, OrderSnapshot } from "../shared/ledger/ledger.ts";
import type { OrderRecord } from "../shared/ledger/order-record.ts";
import { onHour } from "../shared/ledger/work-list.ts";
import { omit } from "../shared/omit.ts";
import { decide } from "../shared/routing/decide.ts";
import type { Config } from "../shared/stage/config.ts";
import { CommandError } from "./command-error.ts";
import { isHeldForAPerson } from "./next-step.ts";

export interface Released {
  /** To be written upon the one it was made from, with one event more in its trace. */
  record: OrderRecord;
  /** What it means, in a sentence. */
  will: string;
}

/**
 * A held order begins anew: its former deliveries are gone, the routes decide those of the next generation.
 * @param now epoch ms
 * @throws CommandError where it is not held for a person, or something of it may still exist
 */
export async function renew(
  file: OrderSnapshot,
  ledger: Pick<Ledger, "readBody">,
  config: Config,
  now: number,
): Promise<Released> {
  const { record, deliveries, body } = file;
  const { channel, connection: name } = record;
  refuseUnlessHeld(file);
  const left = leftOver(record, deliveries);
  if (left.length > 0) {
    const states = left.map((destination) => {
      const delivery = deliveries.find(
        (one) => one.destination === destination && one.generation === record.generation,
      );
      return `${destination} (${delivery?.state ?? "queued"})`;
    });
    throw new CommandError(
      `Of the former deliveries ${states.join(", ")} may still exist. Cancel each at the provider and say so: --resolve cancelled; or, where nothing is there: --resolve not-created.`,
    );
  }
  const connection = config.connections.find((one) => one.channel === channel && one.name === name);
  if (!connection) throw new CommandError(`The connection ${channel}/${name} is not in the stage file any more.`);
  if (!body) throw new CommandError("The order's body is no longer kept: let the shop send its event again.");

  const decision = decide(config, connection, await ledger.readBody(body), now);
  const next = newGeneration(omit(record, "workAt", "workList", "dueLooks"), decision);
  const sends = next.toSend.length > 0;
  return {
    record: sends ? { ...next, ...onHour(now + config.timing.dueAfter), dueLooks: 0 } : next,
    will: sends
      ? `begin generation ${next.generation} of the order and create it at ${next.toSend.join(" and ")} under references of its own`
      : `begin generation ${next.generation} of the order, ${next.state}${next.reason ? `: ${next.reason}` : ""}; nothing is sent`,
  };
}

/** A held order goes on as it is: what exists of it stays valid. @throws CommandError where it is not held for a person */
export function keep(file: OrderSnapshot): Released {
  refuseUnlessHeld(file);
  const deliveries = file.deliveries.filter(({ generation }) => generation === file.record.generation);
  const states = deliveries.map(({ destination, state }) => `${destination} ${state}`).join(", ");
  return {
    record: { ...omit(file.record, "workAt", "workList", "dueLooks", "reason"), state: "recorded" },
    will: `hold the order no longer and keep its deliveries as they are (${states}); nothing is sent`,
  };
}

function refuseUnlessHeld(file: OrderSnapshot): void {
  if (isHeldForAPerson(file)) return;
  const { state, reason } = file.record;
  throw new CommandError(
    `The order is ${state}${reason ? `: ${reason}` : ""}. Only one that is held for a person can be released.`,
  );
}
