import type { ChannelDemo } from "../../channel-simulator.ts";

/** The app's instance on the site, and a shorter wait after a 429: in the stage `local` any fault settles within 60 s. */
export const demo: ChannelDemo = { shop: "4a8b0c1d-2e3f-4051-8263-748596a7b8c9", settings: { coolDown: "1s" } };
