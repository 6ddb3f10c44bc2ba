import { Misconfigured, Rejected } from "../../shared/errors.ts";
import type { Identity } from "../../shared/identity.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { reference } from "../../shared/ledger/reference.ts";
import { linesToShip, oversize } from "../../shared/order.ts";
import { asConfiguredIn } from "../../shared/stage/as-configured.ts";
import { type Config, type Connection, type Destination, pathOf } from "../../shared/stage/config.ts";
import { wellFormed } from "../../shared/well-formed.ts";
import type { Outgoing, Provider } from "../providers/provider.ts";

interface Deps {
  provider: Pick<Provider, "reference">;
  config: Config;
  ledger: Pick<Ledger, "readBody">;
}

/**
 * What is sent of an order to a destination: the order as it is now, under its delivery's reference.
 * @throws Rejected if its body has expired, or it is too large; Misconfigured if its connection's reference key is gone
 */
export async function outgoingOf(
  { record, body }: OrderSnapshot,
  delivery: Delivery,
  destination: Destination,
  { provider, config, ledger }: Deps,
): Promise<Outgoing> {
  const { channel, connection, orderId } = record;
  const path = pathOf({ channel, name: connection });
  if (!body) throw new Rejected(`The order's body is no longer kept (${path} order ${orderId}); send the event again`);
  const order = wellFormed(asConfiguredIn(config, record, await ledger.readBody(body)));
  const lines = linesToShip(order);
  const tooLarge = oversize(lines);
  if (tooLarge) throw new Rejected(`The order ${tooLarge}`);
  return {
    channel,
    connection,
    order,
    lines,
    reference: delivery.reference ?? referenceOf(record, delivery.generation, destination, { provider, config }),
  };
}

/** The reference of a generation of the order. @throws Misconfigured if its connection's reference key is gone */
export function referenceOf(
  order: Identity,
  generation: number,
  destination: Destination,
  { provider, config }: Pick<Deps, "provider" | "config">,
): string {
  const path = pathOf({ channel: order.channel, name: order.connection });
  const from = config.connections.find((one) => pathOf(one) === path);
  return reference(order, generation, keyOf(destination, from, path), provider.reference);
}

/** The first part of the reference; undefined for a destination with plain references. */
function keyOf({ references }: Destination, connection: Connection | undefined, path: string): string | undefined {
  if (references === "plain") return undefined;
  if (!connection)
    throw new Misconfigured(`Connection ${path} is no longer in the stage file, so its orders have no reference key`);
  return connection.key;
}
