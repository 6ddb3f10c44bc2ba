import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { stage as shipped } from "../../local/stages/local.ts";
import { remainingDeadLetters } from "../../operator/dead-letters.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";

const { config } = readStage(shipped, connectors);
const NOW = Date.parse("2026-11-20T12:00:00Z");
const DAY = 86_400_000;

const deliveryTo = (destination: string, failed: Record<string, number>): Delivery => ({
  ...{ v: 1, rev: 3, channel: "shopify", connection: "demo", orderId: "1", generation: 1 },
  ...{ destination, state: "rejected", attempts: 1, tries: {}, failed, providerOrderIds: [], expiresAt: 0 },
});

test("a dead letter is named until SQS has forgotten it, on the queue of a destination that the stage has", () => {
  const of = (destination: string, failed: Record<string, number>) =>
    remainingDeadLetters([deliveryTo(destination, failed)], config, NOW);
  match(of("s2/demo", { one: NOW - 13 * DAY }) ?? "", /in order-relay-local-s2-demo-dlq\. Once s2\/demo has ended/);
  match(of("s2/demo", { one: NOW - 40 * DAY, two: NOW }) ?? "", /s2-demo-dlq/);
  equal(of("s2/demo", { one: NOW - 14 * DAY }), undefined);
  equal(of("s2/demo", {}), undefined);
  equal(of("s2/gone", { one: NOW }), undefined);
});
