import type { ProviderDemo } from "../../simulator.ts";
import type { AkinonSwitches } from "./switches.ts";

export const demo: ProviderDemo<AkinonSwitches> = {
  // An order of channel `standard` need not say what its lines cost.
  settings: { missingPrice: "0.00" },
  // Orders of all samples arrive, wherever they go and whatever of them their shops say.
  switches: { strictGeography: false, sums: "unchecked" },
};
