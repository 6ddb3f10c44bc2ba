import type { WebhookProbe } from "../constructs/webhook-probe.ts";
import { type Alarms, SILENCE } from "./alarms.ts";
import { relayMetric } from "./relay-metric.ts";

export function watchProbe(alarms: Alarms, { every }: WebhookProbe): void {
  alarms.addAlarm("probe-lost", {
    lane: "page",
    runbook: "probe-lost",
    description: `Our own test order did not reach the ledger, twice in a row (every ${every.toMinutes()} minutes): orders of shops may not either.`,
    metric: relayMetric(alarms.stage.name, "ProbesArrived", {}, { period: every }),
    evaluationPeriods: 2,
    ...SILENCE,
  });
}
