import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { createApiBackoff } from "../../shared/connector/api-backoff.ts";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { type Disposition, deadlineWithin, workOnBatch } from "../../shared/messages/sqs-batch.ts";
import { pathOf } from "../../shared/stage/config.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { queueName, secretName } from "../../shared/stage/names.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { createVersionedSecret } from "../../shared/stage/versioned-secret.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { reportApiFailure } from "../../shared/telemetry/report-api-failure.ts";
import { reportLateCancellation } from "../../shared/telemetry/report-late-cancellation.ts";
import { reportTicket } from "../../shared/telemetry/report-ticket.ts";
import { loadChannel } from "../channels/registry.ts";
import { createOpenClient } from "../open-client.ts";
import { reportEvent } from "./report-event.ts";
import { type Deps, type IntakeMessage, routeOrder } from "./route-order.ts";

const env = environment();
const config = loadConfig();
const { table, ledger, eventStore } = openLedger(env, config);
const queues = createQueues(new SQSClient(), env);
const { secretsMaxAge: maxAge, secretsRecheck: recheck, channelCall: callTimeout } = config.timing;
const secretsManager = new SecretsManagerClient();
const secrets = createSecrets(secretsManager, env.stage, { maxAge, recheck });
const versionedSecret = (account: string) =>
  createVersionedSecret(secretsManager, secretName(env.stage, "connections", account));
const clock = { now: Date.now, random: Math.random };
const deps: Deps = {
  config,
  channelOf: async (name) => loadChannel(name),
  ledger,
  queues,
  eventStore,
  openClient: createOpenClient({ secrets, versionedSecret, table, callTimeout, simulators: env.simulators }),
  backoff: createApiBackoff({ table, timing: config.timing, onFailure: reportApiFailure, ...clock }),
  onLateCancellation: reportLateCancellation,
  onTicket: reportTicket,
  ...clock,
};

/**
 * Connections by their queue: by its ARN if the stage file names one, else by its name. A connection has one if its
 * channel sends no webhooks.
 */
const owners = new Map(
  config.connections.map((connection) => [
    connection.queue?.arn ?? queueName.notifications(env.stage, pathOf(connection)),
    connection,
  ]),
);
const ownerOf = (arn: string) => owners.get(arn) ?? owners.get(arn.slice(arn.lastIndexOf(":") + 1));

function toMessage({ attributes, messageAttributes, ...record }: SQSRecord, deadline: number): IntakeMessage {
  const owner = ownerOf(record.eventSourceARN);
  const texts = Object.entries(messageAttributes).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue] as const],
  );
  return {
    messageId: record.messageId,
    body: record.body,
    receives: Number(attributes.ApproximateReceiveCount),
    sentAt: Number(attributes.SentTimestamp),
    deadline,
    ...(owner && { owner, attributes: Object.fromEntries(texts) }),
  };
}

/** All records are answered this long before the function's timeout, ms. */
const END_MARGIN = 1_000;

/** Each record of the intake queue, or of a connection's own queue, is one event. */
export const handler = middy((event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const work = async (record: SQSRecord, deadline: number): Promise<Disposition> => {
    const message = toMessage(record, deadline);
    const routed = await routeOrder(message, deps);
    reportEvent(routed, message);
    return routed.retryInMs === undefined ? "ack" : { retryInMs: routed.retryInMs };
  };
  const deadline = deadlineWithin(context.getRemainingTimeInMillis(), END_MARGIN);
  return workOnBatch(event, queues, work, deadline, () => count("EventsFailed", {}));
}).use(lambdaContext());
