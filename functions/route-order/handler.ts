import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { type Disposition, deadlineWithin, workOnBatch } from "../../shared/messages/sqs-batch.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { reportLateCancellation } from "../../shared/telemetry/report-late-cancellation.ts";
import { loadChannels } from "../channels/registry.ts";
import { type Deps, type Routed, routeOrder } from "./route-order.ts";

const env = environment();
const config = loadConfig();
const { ledger, eventStore } = openLedger(env, config);
const queues = createQueues(new SQSClient(), env);
const deps: Deps = {
  config,
  channels: new Map((await loadChannels()).map((channel) => [channel.name, channel])),
  ledger,
  queues,
  eventStore,
  now: Date.now,
  onLateCancellation: reportLateCancellation,
};

/** Records are answered for this long before the function's end, ms. */
const END_MARGIN = 1_000;

/** Each record of the intake queue is one event. */
export const handler = middy((event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const deadline = deadlineWithin(context.getRemainingTimeInMillis(), END_MARGIN);
  const work = async ({ messageId, body, attributes }: SQSRecord): Promise<Disposition> => {
    const routed = await routeOrder(body, deps);
    tell(routed, messageId, Number(attributes.ApproximateReceiveCount));
    // SQS moves it to the DLQ by its own redrive policy, which is what the console can send back: the faster the better.
    return routed.outcome === "unreadable" ? { retryInMs: 0 } : "ack";
  };
  return workOnBatch(event, queues, work, deadline, () => count("EventsFailed", {}));
}).use(lambdaContext());

function tell({ outcome, event, topic, orderId, field, state }: Routed, messageId: string, receives: number): void {
  const connection = event && `${event.channel}/${event.endpoint}`;
  log.info("event.routed", {
    eventId: event?.eventId,
    connection,
    topic,
    orderId,
    outcome,
    field,
    state,
    messageId,
    receives,
  });
  const by = { connection: connection ?? "unknown" };
  // Once an event, however often it is handed out on its way to the DLQ.
  if (outcome === "unreadable" && receives === 1) count("EventsUnreadable", by);
  if (outcome === "ignored") count("EventsIgnored", by);
  if (outcome === "recorded") count("OrdersRecorded", by);
  if (state === "recorded" && (outcome === "recorded" || outcome === "updated")) count("OrdersRouted", by);
  if (outcome === "recorded" && (state === "not-routed" || state === "unrouted")) count("OrdersNotRouted", by);
}
