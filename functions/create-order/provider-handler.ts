import { setTimeout as sleep } from "node:timers/promises";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod/mini";
import { http } from "../../shared/connector/http.ts";
import { createTools } from "../../shared/connector/tools.ts";
import { Misconfigured } from "../../shared/errors.ts";
import type { DeliveryPointer } from "../../shared/ledger/delivery.ts";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { type Disposition, workOnBatch } from "../../shared/messages/sqs-batch.ts";
import { type Destination, destinationPath } from "../../shared/stage/config.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { queueName } from "../../shared/stage/names.ts";
import { createSecrets, SecretUnreadable } from "../../shared/stage/secrets.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { log } from "../../shared/telemetry/log.ts";
import { count, type MetricName } from "../../shared/telemetry/metrics.ts";
import { reportLateCancellation } from "../../shared/telemetry/report-late-cancellation.ts";
import type { Client, Provider } from "../providers/provider.ts";
import { createOrder, type Handled } from "./create-order.ts";
import type { Deps } from "./delivery-context.ts";
import { oncePerDestination } from "./once-per-destination.ts";

/** Work ends this long before the function's timeout, to give messages back and answer, ms. */
const END_MARGIN = 500;

/** The Lambda function of one provider: each record of its destinations' queues is one order to create. */
export function createProviderHandler(provider: Provider): middy.MiddyfiedHandler<SQSEvent, SQSBatchResponse> {
  const env = environment();
  const config = loadConfig();
  const { table, ledger } = openLedger(env, config);
  const queues = createQueues(new SQSClient(), env);
  const { secretsMaxAge: maxAge, secretsRecheck: recheck } = config.timing;
  const secrets = createSecrets(new SecretsManagerClient(), env.stage, { maxAge, recheck });
  /** Each destination's memory, for as long as the environment lives. */
  const memories = new Map<string, Map<string, unknown>>();

  async function open(destination: Destination, deadline: number): Promise<Client> {
    const path = destinationPath(destination);
    const memory = memories.get(path) ?? new Map<string, unknown>();
    memories.set(path, memory);
    try {
      const secret = await secrets.read("destinations", path, provider.secret);
      const settings = z.parse(provider.settings, destination.settings);
      const callTimeout = destination.callTimeout ?? provider.timing.call;
      const subject = { kind: "provider", name: provider.name, account: path } as const;
      const tools = createTools({ subject, table, callTimeout, deadline, memory, now: Date.now, http });
      return provider.open({ destination: path, settings, secret, missing: destination.missing }, tools);
    } catch (error) {
      if (error instanceof SecretUnreadable) throw new Misconfigured(error.message);
      throw error;
    }
  }

  /** Destinations by queue name, which also gives the destination of an unreadable message. */
  const destinations = new Map(
    config.destinations.map(destinationPath).map((path) => [queueName.destination(env.stage, path), path]),
  );
  const deps: Omit<Deps, "functionTimeout" | "open"> = {
    provider,
    config,
    ledger,
    now: Date.now,
    sleep: (ms) => sleep(ms),
    random: Math.random,
    onLateCancellation: reportLateCancellation,
  };

  return middy(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    // At the start, the remaining time is the timeout: the stage may set another one than the provider's.
    const functionTimeout = context.getRemainingTimeInMillis();
    const deadline = Date.now() + functionTimeout - END_MARGIN;
    const openOnce = oncePerDestination(open);
    const work = async (record: SQSRecord): Promise<Disposition> => {
      const began = Date.now();
      const { messageId, body, attributes } = record;
      const receives = Number(attributes.ApproximateReceiveCount);
      const message = { messageId, body, receives, sentAt: Number(attributes.SentTimestamp), deadline };
      const handled = await createOrder(message, { ...deps, open: openOnce, functionTimeout });
      const queue = record.eventSourceARN.slice(record.eventSourceARN.lastIndexOf(":") + 1);
      report(destinations.get(queue) ?? provider.name, record, handled, Date.now() - began);
      return handled.disposition;
    };
    return workOnBatch(event, queues, work, deadline + END_MARGIN / 2);
  }).use(lambdaContext());
}

/** The metric of each outcome; undefined if no alarm and no dashboard shows it. */
const METRIC: Record<Handled["outcome"], MetricName | undefined> = {
  created: "DeliveriesCreated",
  rejected: "DeliveriesRejected",
  failed: "DeliveriesFailed",
  "gave-up": "DeliveriesFailed",
  "in-doubt": "DeliveriesInDoubt",
  retrying: "DeliveriesRetried",
  unreadable: "DeliveriesFailed",
  "failed-before": undefined,
  throttled: undefined,
  waiting: undefined,
  conflict: undefined,
  ended: undefined,
  superseded: undefined,
  cancelled: undefined,
  erased: undefined,
  withdrawn: undefined,
};

/**
 * Writes one wide log line for each attempt, and the metrics. Not the reason: it may quote the buyer.
 * @param source the destination whose queue the message came from: an unreadable one is counted there
 */
function report(source: string, { messageId, attributes }: SQSRecord, handled: Handled, duration: number): void {
  const { outcome, pointer, delivery, disposition } = handled;
  const { eventId, channel, connection, orderId, generation } = pointer ?? {};
  const destination = outcome === "unreadable" ? source : (pointer?.destination ?? source);
  log.info("delivery.attempted", {
    ...{ eventId, channel, connection, orderId, generation, destination, messageId, outcome, duration },
    ...{ state: delivery?.state, attempts: delivery?.attempts, reference: delivery?.reference },
    receives: Number(attributes.ApproximateReceiveCount),
    ...(disposition !== "ack" && { retryInMs: Math.round(disposition.retryInMs) }),
  });
  // Counted at the first receive only: the message is received again until SQS moves it to the DLQ.
  if (outcome === "unreadable" && attributes.ApproximateReceiveCount !== "1") return;
  const metric = METRIC[outcome];
  if (metric) count(metric, { destination });
  // The ledger has no delivery that find-due could count, so the alarm is raised here.
  if (outcome === "unreadable") count("WaitingFailed", { destination });
  if (outcome === "created" && pointer) reportCreated(destination, pointer, handled);
}

function reportCreated(destination: string, pointer: DeliveryPointer, { delivery }: Handled): void {
  // After it was given up, it waited for the operator: that is not our latency.
  const first = Object.keys(delivery?.failed ?? {}).length === 0;
  if (first) count("LatencyWebhookToCreated", { destination }, Date.now() - Date.parse(pointer.receivedAt));
}
