import { readFileSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import * as z from "zod/mini";
import type { HostedFunction, HttpRoute, QueueSource, Schedule } from "./hosted.ts";
import { createResolver, type Resolver, type Template } from "./template.ts";

export interface QueueSpec {
  name: string;
  /** In the form of SQS's CreateQueue. */
  attributes: Record<string, string>;
}

export interface TableSpec {
  name: string;
  /** Fields of a DynamoDB CreateTable request. */
  create: Record<string, unknown>;
  timeToLive?: string;
}

export interface SecretSpec {
  name: string;
  /** Names the fields that the operator fills in. */
  description: string;
  /** Secrets Manager generates the value; the operator does not write it. */
  generated: boolean;
}

/** The resources of a synthesised cloud assembly that the local stack hosts. */
export interface Assembly {
  functions: HostedFunction[];
  queueSources: QueueSource[];
  schedules: Schedule[];
  routes: HttpRoute[];
  queues: QueueSpec[];
  tables: TableSpec[];
  buckets: string[];
  secrets: SecretSpec[];
}

/**
 * @param folder cdk.out
 * @throws Error that names the resource if the local stack cannot host it
 */
export function readAssembly(folder: string): Assembly {
  const manifest = readJson(join(folder, "manifest.json")) as z.infer<typeof Manifest>;
  const stacks = Object.entries(Manifest.parse(manifest).artifacts).filter(
    ([, { type }]) => type === "aws:cloudformation:stack",
  );
  const parts = stacks.map(([id, { properties }]) => {
    const template = readJson(join(folder, properties?.templateFile ?? `${id}.template.json`)) as Template;
    return readStack(folder, properties?.stackName ?? id, template, assetFolders(folder, id));
  });
  return {
    functions: parts.flatMap(({ functions }) => functions),
    queueSources: parts.flatMap(({ queueSources }) => queueSources),
    schedules: parts.flatMap(({ schedules }) => schedules),
    routes: parts.flatMap(({ routes }) => routes),
    queues: parts.flatMap(({ queues }) => queues),
    tables: parts.flatMap(({ tables }) => tables),
    buckets: parts.flatMap(({ buckets }) => buckets),
    secrets: parts.flatMap(({ secrets }) => secrets),
  };
}

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.optional(
        z.looseObject({ templateFile: z.optional(z.string()), stackName: z.optional(z.string()) }),
      ),
    }),
  ),
});

const Count = z.union([z.number(), z.pipe(z.string(), z.transform(Number))]);
const optionalText = z.optional(z.string());

/** The properties of each resource type that the local stack uses; it resolves no others. */
const PROPERTIES = {
  function: z.object({
    Code: z.object({ S3Key: optionalText }),
    Handler: z.string(),
    Runtime: z.string(),
    Timeout: z._default(Count, 3),
    MemorySize: z._default(Count, 128),
    Environment: z._default(z.object({ Variables: z._default(z.record(z.string(), z.string()), {}) }), {
      Variables: {},
    }),
  }),
  source: z.object({
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    BatchSize: z._default(Count, 10),
    MaximumBatchingWindowInSeconds: z._default(Count, 0),
    ScalingConfig: z.optional(z.object({ MaximumConcurrency: Count })),
    FunctionResponseTypes: z._default(z.array(z.string()), []),
    Enabled: z._default(z.boolean(), true),
    FilterCriteria: z.optional(z.unknown()),
  }),
  queue: z.object({
    VisibilityTimeout: z.optional(Count),
    DelaySeconds: z.optional(Count),
    MaximumMessageSize: z.optional(Count),
    MessageRetentionPeriod: z.optional(Count),
    ReceiveMessageWaitTimeSeconds: z.optional(Count),
    RedrivePolicy: z.optional(z.unknown()),
    RedriveAllowPolicy: z.optional(z.unknown()),
    FifoQueue: z.optional(z.boolean()),
    ContentBasedDeduplication: z.optional(z.boolean()),
  }),
  table: z.object({
    AttributeDefinitions: z.array(z.unknown()),
    KeySchema: z.array(z.unknown()),
    GlobalSecondaryIndexes: z._default(
      z.array(z.object({ IndexName: z.string(), KeySchema: z.array(z.unknown()), Projection: z.unknown() })),
      [],
    ),
    TimeToLiveSpecification: z.optional(z.object({ AttributeName: z.string(), Enabled: z.boolean() })),
  }),
  secret: z.object({ Description: z._default(z.string(), ""), GenerateSecretString: z.optional(z.unknown()) }),
  route: z.object({ RouteKey: z.string(), Target: z.string() }),
  integration: z.object({ IntegrationUri: z.string(), PayloadFormatVersion: z.optional(z.string()) }),
  rule: z.object({
    ScheduleExpression: optionalText,
    Targets: z._default(z.array(z.object({ Arn: z.string(), Input: optionalText })), []),
  }),
  schedule: z.object({
    ScheduleExpression: z.string(),
    Target: z.object({ Arn: z.string(), Input: optionalText }),
  }),
};

type Assets = (s3Key: string) => string | undefined;

function readStack(folder: string, stackName: string, template: Template, assets: Assets): Assembly {
  const resolver = createResolver(stackName, template);
  const each = <Shape extends z.core.$ZodShape, T>(
    types: string[],
    schema: z.ZodMiniObject<Shape>,
    build: (id: string, properties: z.infer<z.ZodMiniObject<Shape>>) => T[],
  ): T[] =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .flatMap(([id, { Properties = {} }]) => build(id, read(resolver, id, schema, Properties)));

  const functions = each(["AWS::Lambda::Function"], PROPERTIES.function, (id, properties) => {
    const asset = assets(properties.Code.S3Key ?? "");
    // Functions that CDK adds for the deployment itself have inline code or another runtime.
    if (asset === undefined || !properties.Runtime.startsWith("nodejs")) return [];
    const hosted: HostedFunction = {
      name: resolver.nameOf(id),
      folder: resolvePath(folder, asset),
      handler: properties.Handler,
      timeoutMs: properties.Timeout * 1000,
      memoryMb: properties.MemorySize,
      environment: properties.Environment.Variables,
    };
    return [hosted];
  });

  const integrations = new Map(
    each(["AWS::ApiGatewayV2::Integration"], PROPERTIES.integration, (id, { IntegrationUri, PayloadFormatVersion }) => {
      if (PayloadFormatVersion !== undefined && PayloadFormatVersion !== "2.0") {
        throw new Error(`${id}: local/gateway/front.ts speaks payload format 2.0 only, not ${PayloadFormatVersion}.`);
      }
      return [[resolver.nameOf(id), functionNameOf(IntegrationUri)] as const];
    }),
  );

  return {
    functions,
    queueSources: each(["AWS::Lambda::EventSourceMapping"], PROPERTIES.source, (id, properties) => {
      if (!properties.Enabled) return [];
      if (properties.FilterCriteria !== undefined) {
        throw new Error(
          `${id}: event source filters delete messages that do not match; the local stack has no filters.`,
        );
      }
      const source: QueueSource = {
        queueArn: properties.EventSourceArn,
        functionName: functionNameOf(properties.FunctionName),
        batchSize: properties.BatchSize,
        windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
        // Without a maximum, Lambda starts with 5 pollers and scales far beyond; the local stack stays at 5.
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? 5,
        partialFailures: properties.FunctionResponseTypes.includes("ReportBatchItemFailures"),
      };
      return [source];
    }),
    schedules: [
      ...each(["AWS::Events::Rule"], PROPERTIES.rule, (id, { ScheduleExpression, Targets }) =>
        ScheduleExpression === undefined
          ? []
          : Targets.map((target) => ({ ...scheduleOf(id, ScheduleExpression, target), kind: "rule" as const })),
      ),
      ...each(["AWS::Scheduler::Schedule"], PROPERTIES.schedule, (id, { ScheduleExpression, Target }) => [
        { ...scheduleOf(id, ScheduleExpression, Target), kind: "schedule" as const },
      ]),
    ],
    routes: each(["AWS::ApiGatewayV2::Route"], PROPERTIES.route, (id, { RouteKey, Target }) => {
      const functionName = integrations.get(Target.replace(/^integrations\//, ""));
      if (functionName === undefined) throw new Error(`${id}: the route ${RouteKey} leads to no Lambda integration.`);
      const route: HttpRoute = { key: RouteKey, functionName };
      return [route];
    }),
    queues: each(["AWS::SQS::Queue"], PROPERTIES.queue, (id, properties) => [
      { name: resolver.nameOf(id), attributes: queueAttributes(properties) },
    ]),
    tables: each(["AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"], PROPERTIES.table, (id, properties) => [
      tableOf(resolver.nameOf(id), properties),
    ]),
    buckets: each(["AWS::S3::Bucket"], z.object({}), (id) => [resolver.nameOf(id)]),
    secrets: each(["AWS::SecretsManager::Secret"], PROPERTIES.secret, (id, properties) => [
      {
        name: resolver.nameOf(id),
        description: properties.Description,
        generated: properties.GenerateSecretString !== undefined,
      },
    ]),
  };
}

/** Resolves and checks only the properties in the schema. */
function read<Shape extends z.core.$ZodShape>(
  resolver: Resolver,
  id: string,
  schema: z.ZodMiniObject<Shape>,
  properties: Record<string, unknown>,
): z.infer<z.ZodMiniObject<Shape>> {
  const wanted = Object.keys(schema.shape).filter((key) => properties[key] !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(wanted.map((key) => [key, resolver.resolve(properties[key])])));
  if (!parsed.success)
    throw new Error(`${id} is not what local/assembly/assembly.ts expects: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function tableOf(name: string, properties: z.infer<typeof PROPERTIES.table>): TableSpec {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } = properties;
  const indexes = GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {};
  const create = { TableName: name, AttributeDefinitions, KeySchema, BillingMode: "PAY_PER_REQUEST", ...indexes };
  return TimeToLiveSpecification?.Enabled
    ? { name, create, timeToLive: TimeToLiveSpecification.AttributeName }
    : { name, create };
}

/** SQS's attributes are strings; a policy is JSON in a string. */
function queueAttributes(properties: z.infer<typeof PROPERTIES.queue>): Record<string, string> {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : String(value)]),
  );
}

/** `rate(5 minutes)`; the local stack has no cron expressions. */
function scheduleOf(id: string, expression: string, { Arn, Input }: { Arn: string; Input?: string | undefined }) {
  const [, amount, unit] = /^rate\((\d+) (second|minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }[unit ?? ""];
  if (unitMs === undefined)
    throw new Error(`${id}: local/assembly/assembly.ts runs rate(…) schedules, not ${expression}.`);
  const schedule = { id, functionName: functionNameOf(Arn), periodMs: Number(amount) * unitMs };
  return Input === undefined ? schedule : { ...schedule, input: Input };
}

/** From a name, an ARN, or an ARN inside API Gateway's invocation path. */
const functionNameOf = (reference: string): string => /:function:([^:/]+)/.exec(reference)?.[1] ?? reference;

function assetFolders(folder: string, stackId: string): Assets {
  const { files } = Assets.parse(readJson(join(folder, `${stackId}.assets.json`)));
  return (s3Key) => files[s3Key.replace(/^.*\//, "").replace(/\.zip$/, "")]?.source.path;
}

const Assets = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: optionalText }) })) });

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
