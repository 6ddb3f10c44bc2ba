import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { createApiBackoff } from "../../shared/connector/api-backoff.ts";
import { openLedger } from "../../shared/ledger/open-ledger.ts";
import { createQueues } from "../../shared/messages/queues.ts";
import { deadlineWithin } from "../../shared/messages/sqs-batch.ts";
import { environment } from "../../shared/stage/env.ts";
import { loadConfig } from "../../shared/stage/load-config.ts";
import { secretName } from "../../shared/stage/names.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { createVersionedSecret } from "../../shared/stage/versioned-secret.ts";
import { lambdaContext } from "../../shared/telemetry/lambda-context.ts";
import { errorName, log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { reportApiFailure } from "../../shared/telemetry/report-api-failure.ts";
import { loadChannel } from "../channels/registry.ts";
import { createOpenClient } from "../open-client.ts";
import { reconcile } from "./reconcile.ts";
import { reportPass } from "./report-pass.ts";

const env = environment();
const config = loadConfig();
const { table } = openLedger(env, config);
const queues = createQueues(new SQSClient(), env);
const { secretsMaxAge: maxAge, secretsRecheck: recheck, channelCall: callTimeout, leaseSkew } = config.timing;
const secretsManager = new SecretsManagerClient();
const secrets = createSecrets(secretsManager, env.stage, { maxAge, recheck });
const versionedSecret = (account: string) =>
  createVersionedSecret(secretsManager, secretName(env.stage, "connections", account));
const clock = { now: Date.now, random: Math.random };
const openClient = createOpenClient({ secrets, versionedSecret, table, callTimeout, simulators: env.simulators });
const backoff = createApiBackoff({ table, timing: config.timing, onFailure: reportApiFailure, ...clock });
/** All passes are over this long before the function's timeout, ms. */
const END_MARGIN = 5_000;

/** Connections without a list were named once: an environment starts often enough. */
const named = new Set<string>();
function nameUnlisted(connection: string): void {
  if (named.has(connection)) return;
  named.add(connection);
  log.info("reconcile.unlisted", { connection });
}

/** Runs every minute. */
export const handler = middy(async (_event: unknown, context: Context): Promise<void> => {
  const left = context.getRemainingTimeInMillis();
  await reconcile({
    ...{ config, table, queues, openClient, backoff, now: Date.now },
    channelOf: async (name) => loadChannel(name),
    deadline: deadlineWithin(left, END_MARGIN),
    leaseUntil: Date.now() + left + leaseSkew,
    onPass: reportPass,
    onOverdue: (connection) => count("ReconcileOverdue", { connection }),
    onUnlisted: nameUnlisted,
    failed: (connection, error) => log.error("reconcile.failed", { connection, error: errorName(error) }),
  });
}).use(lambdaContext());
