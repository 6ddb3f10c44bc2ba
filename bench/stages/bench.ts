import { defineStage } from "../../infra/stage-file/define-stage.ts";

/**
 * The stage of `npm run bench`, with the defaults wherever it sets nothing: one shop for the rate (two providers),
 * one for Lingxing's one request in flight.
 */
export const stage = defineStage({
  stage: "bench",
  connections: [
    { channel: "shopify", name: "demo", key: "sh", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
    { channel: "standard", name: "demo", key: "st", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
  ],
  destinations: [
    { provider: "kakaclo", name: "demo", maxConcurrency: 2 },
    {
      provider: "s2",
      name: "demo",
      maxConcurrency: 2,
      settings: { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" },
    },
    { provider: "lingxing", name: "demo", settings: { store: { name: "demo-US", country: "US" } } },
  ],
  // The sample orders grow older; the figures do not depend on their age.
  retention: { bodies: "3651d", states: "3652d" },
  // Never used: this stage is never deployed.
  alarms: { page: ["oncall@order-relay.invalid"], ticket: ["orders@order-relay.invalid"] },
  routes: [
    { from: ["shopify/demo"], to: ["kakaclo/demo", "s2/demo"] },
    { from: ["standard/demo"], to: ["lingxing/demo"] },
  ],
});
