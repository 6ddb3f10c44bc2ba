import type { ChannelSimulator } from "../local/simulators/channel-simulator.ts";
import type { LocalStack } from "../local/stack.ts";

/** The simulated shop of the stage `bench` at a channel. */
export function shopOf(stack: LocalStack, channel: string): ChannelSimulator {
  const shop = stack.channels.find(channel, "demo");
  if (!shop) throw new Error(`The stage ${stack.stage} has no connection ${channel}/demo.`);
  return shop;
}
