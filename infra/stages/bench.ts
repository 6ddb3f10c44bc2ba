import { defineStage } from "../stage.ts";

/**
 * What `npm run bench` hosts, with the shipped defaults where nothing is said: one shop for the rate (two providers), one
 * for Lingxing's one request in flight.
 */
export const stage = defineStage({
  stage: "bench",
  connections: [
    { channel: "shopify", name: "demo", key: "sh", since: "2026-01-01T00:00:00Z", maxOrderAge: "none" },
    { channel: "standard", name: "demo", key: "st", since: "2026-01-01T00:00:00Z", maxOrderAge: "none" },
  ],
  destinations: [
    { provider: "kakaclo", name: "demo", maxConcurrency: 2 },
    {
      provider: "s2",
      name: "demo",
      maxConcurrency: 2,
      settings: { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" },
    },
    { provider: "lingxing", name: "demo" },
  ],
  routes: [
    { from: ["shopify/demo"], to: ["kakaclo/demo", "s2/demo"] },
    { from: ["standard/demo"], to: ["lingxing/demo"] },
  ],
});
