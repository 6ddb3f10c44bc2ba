import * as z from "zod/mini";

/** State of an order after its newest event (design.md, "Terms"). */
export const OrderState = z.enum(["recorded", "held", "not-routed", "unrouted", "cancelled"]);
export type OrderState = z.infer<typeof OrderState>;
