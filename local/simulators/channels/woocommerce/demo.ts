import type { ChannelDemo } from "../../channel-simulator.ts";

/** The site that the simulator says it is. */
export const demo: ChannelDemo = {
  settings: { url: "https://demo.woocommerce.example" },
  shop: "demo.woocommerce.example",
};
