import type { ChannelDemo } from "../../channel-simulator.ts";

/** The event provider, and the shop's own address. */
export const demo: ChannelDemo = {
  shop: "5d0f3a1e-7c42-4b0a-9a57-2f6f1c9e0d11",
  settings: { url: "https://demo.adobe-commerce.example" },
};
