import type { Unit } from "./payload.ts";

const SHIPPED = new Set(["AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED", "COMPLETED"]);
/** Of its package. `CANCELLED` is one that was lost or damaged, and says nothing of the unit. */
const PACKED = new Set(["PROCESSING", "FULFILLING", "COMPLETED"]);

/** How far one unit is. One that TikTok Shop says nothing of is open. */
export function unitState({ display_status: shown = "", package_status: packed = "" }: Unit) {
  if (shown === "CANCELLED") return "cancelled";
  return SHIPPED.has(shown) || PACKED.has(packed) ? "shipped" : "open";
}
