import { defineStage } from "../../infra/stage-file/define-stage.ts";
import { QUICK_TIMING } from "../support/quick-timing.ts";

const quick = { settling: "2s", callTimeout: "1500ms" };

/** One shop with two providers, one shop with one. Every wait takes seconds. */
export const stage = defineStage({
  stage: "redrivetest",
  connections: [
    { channel: "shopify", name: "demo", key: "SH", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
    { channel: "standard", name: "demo", key: "ST", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
  ],
  destinations: [
    { provider: "kakaclo", name: "demo", ...quick },
    { provider: "s2", name: "demo", ...quick, settings: { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" } },
  ],
  routes: [
    { from: ["shopify/demo"], to: ["kakaclo/demo", "s2/demo"] },
    { from: ["standard/demo"], to: ["s2/demo"] },
  ],
  // The sample orders grow older; the tests do not depend on their age.
  retention: { bodies: "3651d", states: "3652d" },
  alarms: { page: ["oncall@order-relay.invalid"], ticket: ["orders@order-relay.invalid"] },
  timing: {
    ...QUICK_TIMING,
    // So that the redrive, and not the due-time pass, sends the deliveries again.
    dueAfter: "1h",
    routeTimeout: "5s",
    createTimeout: "5s",
  },
});
