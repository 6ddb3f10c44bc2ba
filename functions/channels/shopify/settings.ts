import * as z from "zod/mini";

export const ServiceLevel = z.enum(["standard", "expedited", "priority"]);
export type ServiceLevel = z.infer<typeof ServiceLevel>;

/** `settings` of a Shopify connection in the stage file. */
export const Settings = z.object({
  /** By shipping method, title or code as Shopify writes it, in any case: `{ "DHL Express": "priority" }`. */
  serviceLevels: z._default(z.record(z.string(), ServiceLevel), {}),
  /** Likewise, how orders of a shipping method reach the buyer: `{ "Main Street Store": "pick-up" }`. */
  shippingKinds: z._default(z.record(z.string(), z.enum(["ship", "pick-up", "local"])), {}),
  /** Handles of fulfilment services whose lines we send. Lines of other services, except `manual`, are not sent. */
  fulfilmentServices: z._default(z.array(z.string()), []),
});
export type Settings = z.infer<typeof Settings>;
