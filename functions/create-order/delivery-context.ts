import { Deferred } from "../../shared/errors.ts";
import type { Identity } from "../../shared/identity.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import type { Config, Destination } from "../../shared/stage/config.ts";
import type { Client, Outgoing, Provider } from "../providers/provider.ts";

/** A message of a destination's queue. Times in epoch ms. */
export interface Message {
  messageId: string;
  body: string;
  /** How often SQS has handed it out, this time included. */
  receives: number;
  /** When it was put on the queue, by SQS's clock: a replay is sent after the failure it repairs. */
  sentAt: number;
  /** By when all work on it must end. */
  deadline: number;
}

export interface Deps {
  provider: Provider;
  config: Config;
  ledger: Ledger;
  /** Opens a destination with its secret and tools. @throws Misconfigured if the secret cannot be used */
  open(destination: Destination, deadline: number): Promise<Client>;
  /** Epoch ms. */
  now(): number;
  sleep(ms: number): Promise<void>;
  random(): number;
  /** Called where an order that was cancelled at its channel exists at its provider. */
  onLateCancellation?: (destination: string, order: Identity) => void;
  /** Of the whole function, ms: for this long after its claim, an attempt that died may have acted. */
  functionTimeout: number;
}

/** What the work on one message's delivery needs; built once. */
export interface DeliveryContext extends Deps {
  message: Message;
  destination: Destination;
  /** The order and its deliveries, as read before the work began. */
  snapshot: OrderSnapshot;
  /** Of the destination, ms: how long "not there" proves nothing. */
  settling: number;
  /** Of one call of the destination, ms. */
  callTimeout: number;
}

/** The context with what is sent and the client that sends it. */
export interface OpenedContext extends DeliveryContext {
  outgoing: Outgoing;
  client: Client;
}

/** Kept free before the deadline to record the result, ms. */
const RESULT_MARGIN = 1_000;

export const deliveryContext = (
  message: Message,
  destination: Destination,
  snapshot: OrderSnapshot,
  deps: Deps,
): DeliveryContext => ({
  ...deps,
  ...{ message, destination, snapshot },
  settling: destination.settling ?? deps.provider.timing.settling,
  callTimeout: destination.callTimeout ?? deps.provider.timing.call,
});

export const hasTimeFor = ({ now, message }: DeliveryContext, ms: number): boolean =>
  now() + ms + RESULT_MARGIN <= message.deadline;

/** Prevents a claim that the function's timeout would leave in doubt. @throws Deferred */
export function requireTimeForCall(context: DeliveryContext): void {
  if (!hasTimeFor(context, context.callTimeout))
    throw new Deferred("the function's time is nearly over", context.now());
}

/** Another writer changed the delivery since it was read. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}

/** Writes what a transition returned. @throws Conflict */
export async function save(delivery: Delivery, { ledger }: DeliveryContext): Promise<Delivery> {
  if ((await ledger.putDelivery(delivery)) === "conflict") throw new Conflict("the delivery was written meanwhile");
  return delivery;
}
