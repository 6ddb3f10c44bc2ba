import type { Delivery } from "../shared/ledger/delivery.ts";
import { ENDED } from "../shared/ledger/delivery.ts";
import { needsOperator } from "../shared/ledger/work-list.ts";

/**
 * Why an operator should look at an order. The last four are retried automatically, `removed` once its destination is
 * back, `unread` once the order can be read.
 */
export type Kind =
  | "rejected"
  | "failed"
  | "in-doubt"
  | "follow-up"
  | "held"
  | "failing"
  | "overdue"
  | "removed"
  | "unread"
  | "unconfirmed";

/** Undefined for a delivery that has ended or is retried automatically. */
export function kindOf(delivery: Delivery): Kind | undefined {
  const { state, followUp } = delivery;
  if (!needsOperator(delivery)) return undefined;
  if (ENDED.has(state)) return followUp === undefined ? undefined : "follow-up";
  return state === "rejected" || state === "in-doubt" ? state : "failed";
}

/**
 * What the operator does about it.
 * @param order the command that shows the order: `npm run order -- --stage prod shopify/main/1`
 */
export function nextStep(kind: Kind, order: string, destination = "<destination>"): string {
  const send = `${order} --send ${destination}`;
  const resolve = (as: string) => `${order} --destination ${destination} --resolve ${as}`;
  switch (kind) {
    case "rejected":
      return `Fix what the reason names: a SKU (npm run catalog), or a value (in the shop, or as \`missing\` in the stage file). Then start a DLQ redrive, or run: ${send}`;
    case "failed":
      return `Fix the connection to the provider (credentials with npm run secrets, permissions, outage). Then start a DLQ redrive, or run: ${send}`;
    case "in-doubt":
      return `Look for its reference at the provider. If it exists: ${resolve("created=<its ID>")}. If not: … not-created. If you created it by hand: … done-by-hand`;
    case "follow-up":
      return `The order was created, but a step after it failed. Fix the cause, then start a DLQ redrive, or run: ${send}. If you did the step by hand: ${resolve("done-by-hand")}`;
    case "failing":
      return `Fix the connection to the provider (credentials with npm run secrets, permissions, outage). The delivery is retried automatically`;
    case "overdue":
      return `It is retried automatically. If the provider is down or slow: wait. If it is in doubt: look for its reference at the provider. If it exists: ${resolve("created=<its ID>")}. If not: … not-created`;
    case "removed":
      return `Put the destination back into the stage file and deploy. If you create the order by hand instead: ${resolve("done-by-hand")}`;
    case "unread":
      return `It is looked at again every 15 minutes, and goes on by itself once it can be read. If a newer release wrote it: deploy that release again. If reads are throttled: see the table's metrics. It is shown by: ${order}`;
    case "unconfirmed":
      return `Look in the shop whether the order is still wanted as it is. If so: ${order} --keep. If not: cancel it in the shop`;
    case "held":
      return `Cancel at each provider what still exists of it, and record each: ${resolve("cancelled")}. Then: ${order} --renew`;
  }
}
