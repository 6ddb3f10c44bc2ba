import * as z from "zod/mini";

export const ServiceLevel = z.enum(["standard", "expedited", "priority"]);
export type ServiceLevel = z.infer<typeof ServiceLevel>;

/** `settings` of a Shopify connection in the stage file. */
export const Settings = z.object({
  /** By shipping method, title or code as Shopify writes it, in any case: `{ "DHL Express": "priority" }`. */
  serviceLevels: z._default(z.record(z.string(), ServiceLevel), {}),
});
export type Settings = z.infer<typeof Settings>;
