import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { createEventStore } from "../../shared/messages/event-store.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { bucketName } from "../../shared/stage/names.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { log } from "../../shared/telemetry/log.ts";
import { count, type MetricName } from "../../shared/telemetry/metrics.ts";
import { answerOf } from "./answer-of.ts";
import { configuredEndpoints } from "./configured-endpoints.ts";
import type { createKeyFetcher } from "./fetch-key.ts";
import { fromGateway } from "./from-gateway.ts";
import { type Dependencies, type Outcome, type Request, type Result, receiveWebhook } from "./receive-webhook.ts";

const METRIC = {
  queued: "EventsReceived",
  forged: "SignatureFailures",
  unavailable: "EventsNotQueued",
} as const satisfies Partial<Record<Outcome, MetricName>>;

/** Senders time out after 5 s or less and retry, so a call that hangs is retried early. */
const requestHandler = { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true };
/** Kept free before the function's timeout, to answer 503 before Lambda cuts it off with a 500. */
const LAST_WORDS_MS = 500;

const { stage, account, region, endpoint, simulators } = environment();
const config = loadConfig();
const { timing } = config;

/** Loaded when the first key has to be fetched: most channels share their keys with us. */
let keyFetcher: ReturnType<typeof createKeyFetcher> | undefined;
const fetchKey: Dependencies["fetchKey"] = async (source, request) => {
  keyFetcher ??= (await import("./fetch-key.ts")).createKeyFetcher({ simulators });
  return keyFetcher(source, request);
};

const deps: Dependencies = {
  endpoints: configuredEndpoints(config),
  secrets: createSecrets(new SecretsManagerClient({ requestHandler }), stage, {
    maxAge: timing.secretsMaxAge,
    recheck: timing.secretsRecheck,
  }),
  queues: createQueues(new SQSClient({ requestHandler }), { stage, account, region, endpoint }),
  store: createEventStore(bucketName(stage, account, region), endpoint),
  fetchKey,
  now: Date.now,
};

/** `POST /webhooks/{channel}/{endpoint}` of an HTTP API, payload format 2.0. */
async function respond(
  event: APIGatewayProxyEventV2,
  _context: Context,
  { signal }: { signal: AbortSignal },
): Promise<APIGatewayProxyStructuredResultV2> {
  const startedAt = Date.now();
  const request = fromGateway(event);
  let begun: string | undefined;
  // Logs before the early answer below is sent, which knows neither event nor endpoint.
  signal.addEventListener("abort", () =>
    report(request, { outcome: "unavailable", eventId: begun, error: "TimeoutError" }, startedAt),
  );
  const result = await receiveWebhook(request, deps, (eventId) => {
    begun = eventId;
  });
  // Already logged by the timeout handler above.
  if (!signal.aborted) report(request, result, startedAt);
  return answerOf(result);
}

function report({ endpoint: path, body }: Request, { outcome, eventId, error }: Result, startedAt: number): void {
  // A path that names no endpoint is the sender's own text: it is not logged.
  const endpoint = deps.endpoints.has(path) ? path : undefined;
  log[outcome === "unavailable" ? "error" : "info"]("webhook.answered", {
    endpoint,
    outcome,
    eventId,
    error,
    bytes: body.length,
    duration: Date.now() - startedAt,
  });
  if (outcome === "answered") count("HandshakesAnswered", {});
  if (outcome === "unsigned") count("EventsUnsigned", {});
  if (outcome === "unknown" || outcome === "answered" || outcome === "unsigned" || !endpoint) return;
  count(METRIC[outcome], { endpoint });
  // The alarm "key-changed" compares refused with accepted webhooks, and CloudWatch does not take missing data as zero.
  if (outcome === "forged") count("EventsReceived", { endpoint }, 0);
}

export const handler = middy(respond, {
  timeoutEarlyInMillis: LAST_WORDS_MS,
  timeoutEarlyResponse: () => answerOf({ outcome: "unavailable" }),
}).use(lambdaContext());
