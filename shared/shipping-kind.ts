import * as z from "zod/mini";

/** `local`: the shop delivers it itself. Only `ship`, the default, is sent to providers. */
export const ShippingKind = z.enum(["ship", "pick-up", "local", "digital"]);
export type ShippingKind = z.infer<typeof ShippingKind>;

/** Our own three speeds, which each connector maps to its provider's words. */
export const ServiceLevel = z.enum(["standard", "expedited", "priority"]);
export type ServiceLevel = z.infer<typeof ServiceLevel>;
