import { defineStage } from "../../../infra/stage-file/define-stage.ts";
import { QUICK_TIMING } from "../../support/quick-timing.ts";

/** What is deployed first: two shops, two providers, every wait in seconds. */
export const stage = defineStage({
  stage: "deploytest",
  connections: [
    { channel: "shopify", name: "demo", key: "SH", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
    { channel: "standard", name: "demo", key: "ST", since: "2026-01-01T00:00:00Z", maxOrderAge: "3650d" },
  ],
  destinations: [
    { provider: "kakaclo", name: "demo", settling: "2s", callTimeout: "1500ms" },
    {
      provider: "s2",
      name: "demo",
      settling: "2s",
      callTimeout: "1500ms",
      settings: { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888" },
    },
  ],
  routes: [{ from: ["shopify/demo", "standard/demo"], to: ["kakaclo/demo", "s2/demo"], when: "ready" }],
  // The sample orders grow older; what is proved does not depend on it.
  retention: { bodies: "3651d", states: "3652d" },
  alarms: { page: ["oncall@order-relay.invalid"], ticket: ["orders@order-relay.invalid"] },
  timing: {
    ...QUICK_TIMING,
    dueAfter: "15s",
    dueOverlap: "5s",
    secretsMaxAge: "5s",
    secretsRecheck: "1s",
    routeTimeout: "10s",
    createTimeout: "10s",
  },
});
