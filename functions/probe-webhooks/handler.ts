import { setTimeout as sleep } from "node:timers/promises";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod/mini";
import { http } from "../../shared/connector/http.ts";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { deadlineWithin } from "../../shared/messages/sqs-batch.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { probeWebhooks } from "./probe-webhooks.ts";

const env = environment();
const config = loadConfig();
const { ledger } = openLedger(env, config);
const { secretsMaxAge: maxAge, secretsRecheck: recheck } = config.timing;
const secrets = createSecrets(new SecretsManagerClient(), env.stage, { maxAge, recheck });
/** The stack sets it: the API's address is not known before the deployment. Without it each probe fails, and says so. */
const address = process.env["WEBHOOK_ADDRESS"] ?? "";
const path = z.parse(z.string(), config.probe?.connection);
const SigningSecrets = z.object({ signingSecrets: z.array(z.string()) });
/** It ends this long before the function's timeout, ms. */
const END_MARGIN = 2_000;

/** Runs by the stage's `probe.every`. Its alarm counts what arrived; a probe that fails is no error of the function. */
export const handler = middy(async (_event: unknown, context: Context): Promise<void> => {
  const startedAt = Date.now();
  const { outcome, status, error } = await probeWebhooks({
    address,
    connection: path.slice(path.indexOf("/") + 1),
    signingSecrets: async () => (await secrets.read("endpoints", path, SigningSecrets)).signingSecrets,
    http,
    ledger,
    now: Date.now,
    sleep,
    deadline: deadlineWithin(context.getRemainingTimeInMillis(), END_MARGIN),
  });
  const arrived = outcome === "arrived";
  log[arrived ? "info" : "error"]("probe.ended", { outcome, status, error, duration: Date.now() - startedAt });
  count("ProbesArrived", {}, arrived ? 1 : 0);
}).use(lambdaContext());
