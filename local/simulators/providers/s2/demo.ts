import type { ProviderDemo } from "../../simulator.ts";

export const demo: ProviderDemo = {
  settings: { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" },
};
