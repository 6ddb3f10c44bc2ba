import type { ChannelDemo } from "../../channel-simulator.ts";

/** The website's ID, and a shorter wait after a 429: in the stage `local` any fault settles within 60 s. */
export const demo: ChannelDemo = { shop: "5f3c3d55ac435e1a051f77b3", settings: { coolDown: "1s" } };
