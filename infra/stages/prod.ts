import { defineStage } from "../stage-file/define-stage.ts";

/**
 * An example to edit: one Shopify shop and one home-made shop, two providers. `npx cdk deploy -c stage=prod` makes it,
 * then `npm run secrets -- --stage prod` asks for the keys. Copy it to `staging.ts` for a second stage; they share
 * nothing. shared/stage/config.ts and infra/stage-file/define-stage.ts say what each field means. The synth reports
 * each mistake with what to write, and where.
 */
export const stage = defineStage({
  stage: "prod",

  connections: [
    // `key` opens every reference at the providers: never change it. `since`: older orders are recorded and not sent.
    { channel: "shopify", name: "main", key: "SH", since: "2026-12-01T00:00:00Z", silentAfter: "12h" },
    { channel: "standard", name: "wholesale", key: "WS", since: "2026-12-01T00:00:00Z", maxOrderAge: "30d" },
  ],

  destinations: [
    { provider: "kakaclo", name: "eu", missing: { phone: "+49 30 0000000" } },
    { provider: "s2", name: "us", settings: { accountId: "00000000-0000-4000-8000-000000000000" } },
    // { provider: "lingxing", name: "us-store", settings: { store: { name: "My Store-US", country: "US" } } },
  ],

  routes: [
    { from: ["shopify/main"], to: ["kakaclo/eu", "s2/us"], when: "ready" },
    { from: ["standard/wholesale"], to: ["s2/us"], when: "placed" },
  ],

  // page: something is broken, act now. ticket: an order's data needs fixing, act today.
  alarms: { page: ["oncall@example.com"], ticket: ["orders@example.com"] },

  // The webhooks' own address; it is registered in every shop, so decide before the first.
  // domain: { name: "hooks.example.com", certificate: "arn:aws:acm:eu-central-1:111122223333:certificate/…" },

  // "Concurrent executions" of the account (docs/deploy.md); new accounts have 10.
  // accountConcurrency: 1000,

  // Lingxing and TikTok Shop can limit calls to allow-listed addresses: one Elastic IP, about 37 USD a month.
  // fixedEgress: ["lingxing"],

  // Senders that wait 500 ms (Mercado Libre) or 1250 ms (Wix): about 4.40 USD a month for each.
  // provisionedConcurrency: 1,
});
