import type { ChannelDemo } from "../../channel-simulator.ts";

/** With an expiring offline token, the kind that public apps must have. */
export const demo: ChannelDemo = { shop: "demo.myshopify.com", settings: { api: "refresh-token" } };
