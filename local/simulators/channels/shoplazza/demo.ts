import type { ChannelDemo } from "../../channel-simulator.ts";

/** The shop that the simulator says it is. */
export const demo: ChannelDemo = {
  settings: { domain: "demo.myshoplaza.com" },
  shop: "demo.myshoplaza.com",
};
