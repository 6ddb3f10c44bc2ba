import type { ProviderDemo } from "../../simulator.ts";
import type { LingxingSwitches } from "./switches.ts";

const ABANDONED_SECONDS = 3;

/** How long an abandoned call counts as running; must be the same on both sides. */
export const demo: ProviderDemo<LingxingSwitches> = {
  settings: { store: { name: "demo-US", country: "US" }, abandonedFor: `${ABANDONED_SECONDS}s` },
  // Those who try an order out may leave out the province, or invent one.
  switches: { abandonedMs: ABANDONED_SECONDS * 1000, region: "any" },
};
