import type { ChannelDemo } from "../../channel-simulator.ts";

/** The seller's ID, and a list of changed orders each 3 s: in the stage `local` any fault settles within 60 s. */
export const demo: ChannelDemo = { shop: "A1DEMOSELLER00", settings: { region: "na", listEvery: "3s" } };
