import type { LingxingHeld } from "./order-book.ts";
import type { LingxingSwitches } from "./switches.ts";

/** As look-ups write it. */
export const statusOf = (
  { cancelledAt }: LingxingHeld,
  { statusCase }: Pick<LingxingSwitches, "statusCase">,
): string => {
  const status = cancelledAt === undefined ? "Processing" : "Cancelled";
  return statusCase === "UPPER" ? status.toUpperCase() : status;
};

/** What look-ups show of a quantity: that of a cancelled order may be gone. */
export const quantityOf = ({ cancelledAt }: LingxingHeld, quantity: number, switches: LingxingSwitches): number =>
  cancelledAt !== undefined && switches.cancelledQuantity === "zero" ? 0 : quantity;
