import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { App, Duration, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Alias, Code, type IFunction, type IVersion, Function as LambdaFn, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { ScheduleExpression, Schedule as SchedulerSchedule } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Queue, RedrivePermission } from "aws-cdk-lib/aws-sqs";
import { readAssembly } from "../../../local/assembly/assembly.ts";
import { createResolver, type Template } from "../../../local/assembly/template.ts";

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "assembly-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("the local stack reads everything that it hosts from a template that CDK wrote", (t) => {
  const folder = temporaryFolder(t);
  const code = join(folder, "code");
  mkdirSync(code);
  writeFileSync(join(code, "index.mjs"), "export const handler = () => {};");
  const outdir = join(folder, "cdk.out");
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, "shop-test");
  const dead = new Queue(stack, "Dead", {
    queueName: "work-dlq",
    retentionPeriod: Duration.days(14),
    redriveAllowPolicy: { redrivePermission: RedrivePermission.ALLOW_ALL },
  });
  const work = new Queue(stack, "Work", {
    queueName: "work",
    visibilityTimeout: Duration.minutes(6),
    deadLetterQueue: { queue: dead, maxReceiveCount: 25 },
  });
  const table = new TableV2(stack, "Table", {
    tableName: "ledger",
    partitionKey: { name: "pk", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
    timeToLiveAttribute: "expires",
    globalSecondaryIndexes: [{ indexName: "due", partitionKey: { name: "due", type: AttributeType.STRING } }],
  });
  new Bucket(stack, "Events", { bucketName: "events" });
  const secret = new Secret(stack, "Key", { secretName: "made-up" });
  const environment = { QUEUE: work.queueUrl, TABLE: table.tableName, SECRET: secret.secretArn, REGION: stack.region };
  const fn = new LambdaFn(stack, "Fn", {
    functionName: "route-order",
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromAsset(code),
    timeout: Duration.seconds(60),
    memorySize: 256,
    environment,
  });
  fn.addEventSource(new SqsEventSource(work, { reportBatchItemFailures: true, maxConcurrency: 7, batchSize: 5 }));
  new Rule(stack, "Minute", { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(fn)] });
  new SchedulerSchedule(stack, "Hour", {
    schedule: ScheduleExpression.rate(Duration.hours(1)),
    target: new LambdaInvoke(fn),
  });
  // CDK's classes are not written for exactOptionalPropertyTypes.
  const version = fn.currentVersion as IVersion;
  const api = new HttpApi(stack, "Api");
  const integration = new HttpLambdaIntegration(
    "Integration",
    new Alias(stack, "Live", { aliasName: "live", version }) as IFunction,
  );
  api.addRoutes({ path: "/webhooks/shopify/demo", methods: [HttpMethod.POST], integration });
  app.synth();

  const { functions, queueSources, schedules, routes, queues, tables, buckets, secrets } = readAssembly(outdir);
  const [hosted] = functions;
  equal(functions.length, 1);
  equal(readFileSync(join(hosted?.folder ?? "", "index.mjs"), "utf8"), "export const handler = () => {};");
  deepEqual(
    [hosted?.name, hosted?.handler, hosted?.timeoutMs, hosted?.memoryMb],
    ["route-order", "index.handler", 60_000, 256],
  );
  deepEqual(hosted?.environment, {
    QUEUE: "https://sqs.eu-central-1.amazonaws.com/000000000000/work",
    TABLE: "ledger",
    SECRET: "arn:aws:secretsmanager:eu-central-1:000000000000:secret:made-up-local0",
    REGION: "eu-central-1",
  });
  const functionName = "route-order";
  deepEqual(queueSources, [
    {
      queueArn: "arn:aws:sqs:eu-central-1:000000000000:work",
      functionName,
      batchSize: 5,
      windowMs: 0,
      maximumConcurrency: 7,
      partialFailures: true,
    },
  ]);
  deepEqual(
    schedules.map(({ functionName, periodMs, kind }) => ({ functionName, periodMs, kind })),
    [
      { functionName, periodMs: 60_000, kind: "rule" },
      { functionName, periodMs: 3_600_000, kind: "schedule" },
    ],
  );
  deepEqual(routes, [{ key: "POST /webhooks/shopify/demo", functionName }]);
  deepEqual(queues, [
    {
      name: "work-dlq",
      attributes: { MessageRetentionPeriod: "1209600", RedriveAllowPolicy: '{"redrivePermission":"allowAll"}' },
    },
    {
      name: "work",
      attributes: {
        VisibilityTimeout: "360",
        RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:work-dlq","maxReceiveCount":25}',
      },
    },
  ]);
  equal(tables[0]?.name, "ledger");
  equal(tables[0]?.timeToLive, "expires");
  deepEqual(tables[0]?.create["KeySchema"], [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ]);
  deepEqual(buckets, ["events"]);
  deepEqual(secrets, [{ name: "made-up", description: "", generated: true }]);
});

test("intrinsic functions resolve to their deployed values", () => {
  const template: Template = {
    Parameters: { Size: { Default: 4 } },
    Resources: { Q: { Type: "AWS::SQS::Queue" }, B: { Type: "AWS::S3::Bucket" } },
  };
  const { resolve } = createResolver("Shop", template);
  const cases: [unknown, unknown][] = [
    [{ Ref: "AWS::AccountId" }, "000000000000"],
    [{ Ref: "Size" }, 4],
    [{ Ref: "Q" }, "https://sqs.eu-central-1.amazonaws.com/000000000000/Shop-Q"],
    [{ Ref: "B" }, "shop-b"],
    [{ "Fn::GetAtt": ["Q", "QueueName"] }, "Shop-Q"],
    [{ "Fn::Join": ["-", ["a", { Ref: "AWS::Region" }]] }, "a-eu-central-1"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
    [{ "Fn::Sub": "${!raw} ${Q.Arn} ${AWS::Partition}" }, "${raw} arn:aws:sqs:eu-central-1:000000000000:Shop-Q aws"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
    [{ "Fn::Sub": ["${x}", { x: { Ref: "B" } }] }, "shop-b"],
    [{ "Fn::Select": ["1", { "Fn::Split": [",", "a,b"] }] }, "b"],
    [
      { a: [{ Ref: "B" }], b: { Ref: "AWS::NoValue" } },
      { a: ["shop-b"], b: undefined },
    ],
  ];
  for (const [value, expected] of cases) deepEqual(resolve(value), expected, JSON.stringify(value));
});

test("an intrinsic, attribute or type that the local stack does not know is an error that names it", () => {
  const template: Template = { Resources: { X: { Type: "AWS::Foo::Bar" }, Q: { Type: "AWS::SQS::Queue" } } };
  const { resolve } = createResolver("Shop", template);
  throws(() => resolve({ "Fn::FindInMap": ["a", "b", "c"] }), /Fn::FindInMap/);
  throws(() => resolve({ Ref: "X" }), /AWS::Foo::Bar \(X\)/);
  throws(() => resolve({ Ref: "Nowhere" }), /Nowhere/);
  throws(() => resolve({ "Fn::GetAtt": ["Q", "Colour"] }), /attribute Colour of AWS::SQS::Queue \(Q\)/);
});

test("for a template that the local stack cannot host, the error names the resource", (t) => {
  const read = (resource: object): unknown => {
    const folder = temporaryFolder(t);
    const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
    write("manifest.json", { artifacts: { s: { type: "aws:cloudformation:stack", properties: {} } } });
    write("s.template.json", { Resources: { Odd: resource } });
    write("s.assets.json", { files: {} });
    return readAssembly(folder);
  };
  const Targets = [{ Arn: "f" }];
  throws(() => read({ Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: {} } }), /^Error: Odd /);
  throws(
    () => read({ Type: "AWS::Events::Rule", Properties: { ScheduleExpression: "cron(0 1)", Targets } }),
    /Odd.*cron/,
  );
  const source = { EventSourceArn: "q", FunctionName: "f", FilterCriteria: {} };
  throws(() => read({ Type: "AWS::Lambda::EventSourceMapping", Properties: source }), /Odd.*filter/);
  const route = { RouteKey: "POST /x", Target: "integrations/none" };
  throws(
    () => read({ Type: "AWS::ApiGatewayV2::Route", Properties: route }),
    (error: Error) => {
      match(error.message, /Odd.*POST \/x/);
      return true;
    },
  );
});
