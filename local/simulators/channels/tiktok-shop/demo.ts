import type { ChannelDemo } from "../../channel-simulator.ts";

/** The shop's ID, and a shorter wait after a refusal for too many calls: in the stage `local` any fault settles soon. */
export const demo: ChannelDemo = {
  shop: "7494049642642441621",
  settings: { serviceId: "7172737475767778798", coolDown: "1s" },
};
