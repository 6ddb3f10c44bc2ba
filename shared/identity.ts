import * as z from "zod/mini";

/** What makes an order one order (design.md P2). */
export const Identity = z.object({ channel: z.string(), connection: z.string(), orderId: z.string() });
export type Identity = z.infer<typeof Identity>;

/** `shopify/main#820982911946154508`: unique over all channels and shops. */
export const identityText = ({ channel, connection, orderId }: Identity): string =>
  `${channel}/${connection}#${orderId}`;
