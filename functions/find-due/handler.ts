import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { deadlineWithin } from "../../shared/messages/sqs-batch.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { errorName, log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { reportLateCancellation } from "../../shared/telemetry/report-late-cancellation.ts";
import { reportTicket } from "../../shared/telemetry/report-ticket.ts";
import { eraseWalk } from "./erase-walk.ts";
import { findDue } from "./find-due.ts";
import { gauges } from "./gauges.ts";

const env = environment();
const config = loadConfig();
const { ledger } = openLedger(env, config);
const queues = createQueues(new SQSClient(), env);
/** A pass starts no work in this time before the function's timeout, ms. */
const END_MARGIN = 5_000;

async function writeGauges(): Promise<void> {
  for (const { name, dimension, value } of await gauges(ledger, config, Date.now())) count(name, dimension, value);
}

/** Works off requests to erase data. A metric is billed by the hour in which it is written: these only if not zero. */
async function writeErasures(deadline: number): Promise<void> {
  const { open, isLate } = await eraseWalk({
    ...{ config, ledger, queues, now: Date.now, deadline },
    onLateCancellation: reportLateCancellation,
    failed: (order, error) => log.error("erasure.failed", { ...order, error: errorName(error) }),
  });
  if (open > 0) count("ErasuresOpen", {}, open);
  if (isLate) count("ErasuresLate", {});
}

/** Runs every minute. */
export const handler = middy(async (_event: unknown, context: Context): Promise<void> => {
  const deadline = deadlineWithin(context.getRemainingTimeInMillis(), END_MARGIN);
  // The gauges come first, even if the pass fails: the alarms must not fall silent in the worst hour.
  const [written] = await Promise.allSettled([writeGauges()]);
  const { looked, resent, stuck } = await findDue({
    config,
    ledger,
    queues,
    now: Date.now,
    deadline,
    onLateCancellation: reportLateCancellation,
    onTicket: reportTicket,
    failed: (order, error) => log.error("due.failed", { ...order, error: errorName(error) }),
  });
  log.info("due.passed", { count: looked, change: resent });
  // The time that is left: only while a request is open, and only once a day.
  await writeErasures(deadline);
  if (written.status === "rejected") throw written.reason;
  // A failed function raises its alarm.
  if (stuck) throw new Error("due orders cannot be looked at; the log lines due.failed name them");
}).use(lambdaContext());
