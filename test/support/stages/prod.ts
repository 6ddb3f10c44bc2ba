import { defineStage } from "../../../infra/stage-file/define-stage.ts";

/** infra/stages/prod.ts as it is shipped: what the docs show stays comparable when a user edits theirs. */
export const stage = defineStage({
  stage: "prod",

  connections: [
    { channel: "shopify", name: "main", key: "SH", since: "2026-12-01T00:00:00Z", silentAfter: "12h" },
    { channel: "standard", name: "wholesale", key: "WS", since: "2026-12-01T00:00:00Z", maxOrderAge: "30d" },
  ],

  destinations: [
    { provider: "kakaclo", name: "eu", missing: { phone: "+49 30 0000000" } },
    { provider: "s2", name: "us", settings: { accountId: "00000000-0000-4000-8000-000000000000" } },
  ],

  routes: [
    { from: ["shopify/main"], to: ["kakaclo/eu", "s2/us"], when: "ready" },
    { from: ["standard/wholesale"], to: ["s2/us"], when: "placed" },
  ],
  alarms: { page: ["oncall@example.com"], ticket: ["orders@example.com"] },
});
