import { linesToShip } from "../order.ts";
import { asConfiguredIn } from "../stage/as-configured.ts";
import type { Config } from "../stage/config.ts";
import type { Delivery } from "./delivery.ts";
import type { Ledger, OrderSnapshot } from "./ledger.ts";

/** Its delivery was withdrawn, and the order has lines to ship again: it is as good as queued. */
export async function linesReturned(
  delivery: Delivery | undefined,
  { record, body }: OrderSnapshot,
  { ledger, config }: { ledger: Pick<Ledger, "readBody">; config: Pick<Config, "connections"> },
): Promise<boolean> {
  if (delivery?.state !== "withdrawn" || record.state !== "recorded" || record.erasure || !body) return false;
  return linesToShip(asConfiguredIn(config, record, await ledger.readBody(body))).length > 0;
}
