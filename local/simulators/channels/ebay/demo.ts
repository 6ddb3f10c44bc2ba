import type { ChannelDemo } from "../../channel-simulator.ts";

/** The seller's ID, and the address as it is registered at eBay. */
export const demo: ChannelDemo = {
  shop: "TGdemoRelay1",
  url: "https://hooks.example.com/webhooks/ebay/demo",
};
