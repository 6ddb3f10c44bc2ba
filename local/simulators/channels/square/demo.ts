import type { ChannelDemo } from "../../channel-simulator.ts";

/** The seller's ID, and the address as it is registered at Square. */
export const demo: ChannelDemo = {
  shop: "MLDEMO0RELAY1",
  url: "https://hooks.example.com/webhooks/square/demo",
};
