import { randomUUID } from "node:crypto";
import type { Schedule } from "../assembly/hosted.ts";
import { ACCOUNT, arn, REGION } from "../aws/aws-account.ts";
import type { InvocationResult } from "./host-messages.ts";

/** Runs a rate() rule. Unlike AWS, it starts no run while the last one still runs. */
export function runSchedule(
  { id, periodMs, kind, input }: Schedule,
  invoke: (payload: string) => Promise<InvocationResult>,
): void {
  let running = false;
  setInterval(async () => {
    if (running) return;
    running = true;
    await invoke(input ?? JSON.stringify(kind === "rule" ? scheduledEvent(id) : {}));
    running = false;
  }, periodMs);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
const scheduledEvent = (ruleName: string): object => ({
  version: "0",
  id: randomUUID(),
  "detail-type": "Scheduled Event",
  source: "aws.events",
  account: ACCOUNT,
  time: new Date().toISOString(),
  region: REGION,
  resources: [arn("events", `rule/${ruleName}`)],
  detail: {},
});
