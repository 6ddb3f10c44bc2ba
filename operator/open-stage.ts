import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as z from "zod/mini";
import { connectors } from "../infra/stage-file/connectors.ts";
import { loadStage } from "../infra/stage-file/load-stage.ts";
import { readStage } from "../infra/stage-file/read-stage.ts";
import { createLedger, type Ledger } from "../shared/ledger/ledger.ts";
import { createTable, type Table } from "../shared/ledger/table.ts";
import type { EventStore } from "../shared/messages/event-store.ts";
import { createQueues, type Queues } from "../shared/messages/queues.ts";
import type { Config } from "../shared/stage/config.ts";
import type { Environment } from "../shared/stage/env.ts";
import { bucketName, tableName } from "../shared/stage/names.ts";
import { CommandError } from "./command-error.ts";

/** A deployed stage, or the running local one, with the operator's credentials. */
export interface OpenStage {
  env: Environment;
  config: Config;
  /** The operator's ARN: it is recorded in the ledger with every change they make. */
  who: string;
  dynamo: DynamoDBClient;
  sqs: SQSClient;
  secretsManager: SecretsManagerClient;
  table: Table;
  ledger: Ledger;
  queues: Queues;
  /** Events and bodies in S3. */
  eventStore: EventStore;
}

/** The local stage is the local stack's own file, not one of the user's. */
const LOCAL_STAGES = fileURLToPath(new URL("../local/stages", import.meta.url));

/** Settings of every SDK client; the SDK finds those that are absent. */
interface Access {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/**
 * @param name of infra/stages/<name>.ts; `local` is the stack that `npm start` runs at $PORT
 * @param stages the folder of the stage files, if not infra/stages; of a project that deploys with `-c stages=<folder>`
 * @param region default: as the SDK finds it (AWS_REGION, the profile)
 * @throws CommandError, or StageConfigError, with a sentence
 */
export async function openStage(
  { stage: name, stages, region }: { stage: string; stages?: string; region?: string },
  variables: NodeJS.ProcessEnv,
): Promise<OpenStage> {
  if (stages !== undefined && !existsSync(stages)) throw new CommandError(`There is no folder ${stages} (--stages).`);
  const folder = stages ?? (name === "local" ? LOCAL_STAGES : undefined);
  const { config } = readStage(await loadStage(name, folder), connectors, folder);
  return stageAt(config, name === "local" ? await local(variables) : await deployed(region, variables));
}

/** A stage whose account and access are known. */
export function stageAt(config: Config, { access, account, who, simulators }: StagePlace): OpenStage {
  const name = config.stage;
  const env: Environment = { stage: name, account, region: access.region, endpoint: access.endpoint, simulators };
  const dynamo = new DynamoDBClient(access);
  const sqs = new SQSClient(access);
  const table = createTable(dynamo, tableName(name));
  const eventStore = openEventStore(bucketName(name, account, access.region), access);
  return {
    env,
    config,
    who,
    dynamo,
    sqs,
    table,
    eventStore,
    secretsManager: new SecretsManagerClient(access),
    ledger: createLedger(table, eventStore, config.ledger),
    queues: createQueues(sqs, env),
  };
}

/** Where a stage is, and who opens it. */
export interface StagePlace {
  access: Access & { region: string };
  account: string;
  /** As in OpenStage. */
  who: string;
  /** Of the local stack: its channels are called there. */
  simulators?: string;
}

async function deployed(region: string | undefined, variables: NodeJS.ProcessEnv): Promise<StagePlace> {
  const endpoint = variables["AWS_ENDPOINT_URL"];
  const sts = new STSClient({ ...(region && { region }), ...(endpoint && { endpoint }) });
  const found = await sts.config.region().catch(() => undefined);
  if (!found) throw new CommandError("No AWS region is set. Set AWS_REGION, or pass --region eu-central-1.");
  const { Arn, Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (!Arn || !Account) throw new CommandError("sts:GetCallerIdentity returned no identity.");
  return { access: { region: found, ...(endpoint && { endpoint }) }, account: Account, who: Arn };
}

const Health = z.object({
  status: z.literal("ready"),
  stage: z.string(),
  aws: z.object({ endpoint: z.string(), region: z.string(), account: z.string() }),
  channelSimulators: z.string(),
});

async function local(variables: NodeJS.ProcessEnv): Promise<StagePlace> {
  const url = `http://127.0.0.1:${variables["PORT"] ?? 3000}/health`;
  const answer = await fetch(url).then(
    (response) => response.json() as Promise<unknown>,
    () => undefined,
  );
  const health = z.safeParse(Health, answer);
  if (!health.success) {
    throw new CommandError(
      `No local stack is ready at ${url}: start it with \`npm start\`, and set PORT if it is not 3000.`,
    );
  }
  const { stage, aws, channelSimulators: simulators } = health.data;
  if (stage !== "local") throw new CommandError(`The local stack at ${url} runs the stage ${stage}, not local.`);
  // The local stack counts calls by access key and checks no signature.
  const credentials = { accessKeyId: "LOCALoperator", secretAccessKey: "local" };
  const { endpoint, region, account } = aws;
  return { access: { region, endpoint, credentials }, account, who: `local:${userInfo().username}`, simulators };
}

/** Bodies too large for the table. The S3 client is loaded with the first of them. */
function openEventStore(bucket: string, { endpoint, ...settings }: Access): EventStore {
  const open = async () =>
    (await import("../shared/messages/s3-texts.ts")).openTexts(bucket, endpoint, {
      ...settings,
      ...(endpoint && { endpoint }),
    });
  return {
    put: async (key, text) => (await open()).put(key, text),
    get: async (key) => (await open()).get(key),
    keys: async (prefix) => (await open()).keys(prefix),
    remove: async (keys) => (await open()).remove(keys),
  };
}
