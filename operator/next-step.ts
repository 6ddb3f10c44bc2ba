import type { Delivery } from "../shared/ledger/delivery.ts";
import { ENDED } from "../shared/ledger/delivery.ts";
import { needsOperator } from "../shared/ledger/work-list.ts";

/** Why a person should look at something. The last three go on by themselves, or would. */
export type Kind = "rejected" | "failed" | "in-doubt" | "follow-up" | "held" | "failing" | "overdue" | "removed";

/** Undefined for a delivery that has ended or goes on by itself. */
export function kindOf(delivery: Delivery): Kind | undefined {
  const { state, followUp } = delivery;
  if (!needsOperator(delivery)) return undefined;
  if (ENDED.has(state)) return followUp === undefined ? undefined : "follow-up";
  return state === "rejected" || state === "in-doubt" ? state : "failed";
}

/**
 * What a person does about it.
 * @param order the command that shows the order: `npm run order -- --stage prod shopify/main/1`
 */
export function nextStep(kind: Kind, order: string, destination = "<destination>"): string {
  const send = `${order} --send ${destination}`;
  const resolve = (as: string) => `${order} --destination ${destination} --resolve ${as}`;
  switch (kind) {
    case "rejected":
      return `Mend what the reason names: a SKU (npm run catalog), a value (in the shop, or \`missing\` in the stage file). Then redrive its dead letter, or: ${send}`;
    case "failed":
      return `Mend the way there: credentials (npm run secrets), permission, the provider's service. Then redrive its dead letters, or: ${send}`;
    case "in-doubt":
      return `Look for its reference at the provider. There: ${resolve("created=<its ID>")}; not there: … not-created; made by yourself: … done-by-hand`;
    case "follow-up":
      return `The order exists; a step after it failed. Mend that and redrive its dead letter, or: ${send}; done there by hand: ${resolve("done-by-hand")}`;
    case "failing":
      return `Mend the way there: credentials (npm run secrets), permission, the provider's service. It is tried again by itself`;
    case "overdue":
      return `It goes on by itself. A provider that is down, or slow: wait. In doubt: look for its reference at the provider. There: ${resolve("created=<its ID>")}; not there: … not-created`;
    case "removed":
      return `Put the destination back into the stage file and deploy; or make it by hand: ${resolve("done-by-hand")}`;
    case "held":
      return `Cancel at the provider what is left of it, and say so for each: ${resolve("cancelled")}. Then: ${order} --renew`;
  }
}
