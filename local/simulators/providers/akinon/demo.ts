import type { ProviderDemo } from "../../simulator.ts";

export const demo: ProviderDemo = {
  // An order of channel `standard` need not say what its lines cost.
  settings: { missingPrice: "0.00" },
};
