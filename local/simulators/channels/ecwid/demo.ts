import type { ChannelDemo } from "../../channel-simulator.ts";

/** The store's ID, and a shorter wait after a 429: in the stage `local` any fault settles within 60 s. */
export const demo: ChannelDemo = { shop: "1003", settings: { coolDown: "1s" } };
