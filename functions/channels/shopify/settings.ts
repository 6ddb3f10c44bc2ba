import * as z from "zod/mini";

/** `settings` of a Shopify connection in the stage file. */
export const Settings = z.object({
  /** Payment methods that are cash on delivery, as the order names them, beside those known by their words. */
  cashOnDelivery: z._default(z.array(z.string().check(z.trim(), z.minLength(1))), []),
});
export type Settings = z.infer<typeof Settings>;
