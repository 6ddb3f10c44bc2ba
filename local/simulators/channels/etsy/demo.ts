import type { ChannelDemo } from "../../channel-simulator.ts";

/** The shop's number. */
export const demo: ChannelDemo = { shop: "31415926" };
