import { randomUUID } from "node:crypto";
import type { Schedule } from "../assembly/hosted.ts";
import { ACCOUNT, arn, REGION } from "../aws/aws-account.ts";
import type { InvocationResult } from "./host-messages.ts";

export interface RunningSchedule {
  readonly functionName: string;
  /** Resolves once no run is under way that should not be. */
  pause(isPaused: boolean): Promise<void>;
}

/** Runs a rate() rule. Unlike AWS, it starts no run while the last one still runs. */
export function runSchedule(
  { id, functionName, periodMs, kind, input }: Schedule,
  invoke: (payload: string) => Promise<InvocationResult>,
  startsPaused = false,
): RunningSchedule {
  let isPaused = startsPaused;
  let running: Promise<unknown> | undefined;
  setInterval(async () => {
    if (running || isPaused) return;
    running = invoke(input ?? JSON.stringify(kind === "rule" ? scheduledEvent(id) : {}));
    await running;
    running = undefined;
  }, periodMs);
  return {
    functionName,
    async pause(wanted) {
      isPaused = wanted;
      if (wanted) await running;
    },
  };
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
