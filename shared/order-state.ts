import * as z from "zod/mini";

/** How far an order has come with us, of its newest event (design.md, "Terms"). */
export const OrderState = z.enum(["recorded", "held", "not-routed", "unrouted", "cancelled"]);
export type OrderState = z.infer<typeof OrderState>;
