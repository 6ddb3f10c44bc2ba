import type { ChannelDemo } from "../../channel-simulator.ts";

/** local/secrets.json repeats the store's hash: its access token is for that store alone. */
export const demo: ChannelDemo = { shop: "demo7x9q2k" };
