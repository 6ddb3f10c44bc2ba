import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { cancelledTooLate } from "../../shared/cancelled-too-late.ts";
import { destinationPath, pathOf } from "../../shared/config.ts";
import { environment } from "../../shared/env.ts";
import { log } from "../../shared/log.ts";
import { count } from "../../shared/metrics.ts";
import { openLedger } from "../../shared/open-ledger.ts";
import { createQueues } from "../../shared/queues.ts";
import { loadConfig } from "../../shared/stage-config.ts";
import { findDue } from "./find-due.ts";

const env = environment();
const config = loadConfig();
const { ledger } = openLedger(env);
const queues = createQueues(new SQSClient(), env);
/** A pass stops beginning new work this long before the function's end, ms. */
const END_MARGIN = 5_000;

/** Runs every minute. */
export const handler = middy(async (_event: unknown, context: Context): Promise<void> => {
  const left = context.getRemainingTimeInMillis();
  const deadline = Date.now() + Math.max(left / 2, left - END_MARGIN);
  const { looked, resent, failed, overdue } = await findDue({
    config,
    ledger,
    queues,
    now: Date.now,
    deadline,
    tooLate: cancelledTooLate,
  });
  log.info("due.passed", { count: looked, change: resent });
  if (failed > 0) log.error("due.failed", { count: failed });
  // Also those that were taken out of the stage while orders waited for them.
  for (const destination of new Set([...config.destinations.map(destinationPath), ...overdue.keys()])) {
    count("DeliveriesOverdue", { destination }, overdue.get(destination) ?? 0);
  }
  const held = (await ledger.waitingForAPerson()).filter(({ destination }) => destination === undefined);
  for (const connection of config.connections.map(pathOf)) {
    const orders = held.filter(({ identity }) => `${identity.channel}/${identity.connection}` === connection);
    count("OrdersHeld", { connection }, orders.length);
  }
});
