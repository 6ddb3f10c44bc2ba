import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod/mini";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../infra/template.ts";
import { stage as everything } from "../support/stages/everything.ts";
import { stage as shipped } from "../support/stages/prod.ts";
import { connectors } from "../support/synthesised.ts";
import { codeOf } from "./pages.ts";

const FOLDER = new URL("../../docs/iam/", import.meta.url);
const OneOrMore = z.union([z.string(), z.array(z.string())]);
const Policy = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal("Allow"),
      Action: OneOrMore,
      Resource: OneOrMore,
      Condition: z.optional(z.record(z.string(), z.record(z.string(), OneOrMore))),
    }),
  ),
});
const read = (name: string) => z.parse(Policy, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));
const actionsOf = (name: string): string[] => read(name).Statement.flatMap(({ Action }) => [Action].flat());

/** What CloudFormation asks for a type of resource; services whose name in IAM is another. */
const SERVICES: Record<string, string> = {
  ApiGatewayV2: "apigateway",
  CloudWatch: "cloudwatch",
  DynamoDB: "dynamodb",
  EC2: "ec2",
  Events: "events",
  IAM: "iam",
  KMS: "kms",
  Lambda: "lambda",
  Logs: "logs",
  Route53: "route53",
  S3: "s3",
  SNS: "sns",
  SQS: "sqs",
  SecretsManager: "secretsmanager",
};

test("each policy is one that IAM takes as a managed policy: 6,144 characters without white space", () => {
  for (const name of readdirSync(FOLDER)) ok(JSON.stringify(read(name)).length <= 6144, name);
});

test("CloudFormation may make every kind of resource that a stage with all its options has", () => {
  const types = new Set([...bareTemplate(readStage(everything, connectors)).values()].map(({ Type }) => Type));
  ok(types.size > 30);
  const allowed = new Set(actionsOf("cloudformation.json").map((action) => action.split(":")[0]));
  deepEqual(
    [...types].filter((type) => !allowed.has(SERVICES[type.split("::")[1] ?? ""])),
    [],
  );
});

test("CloudFormation may make the policies that CDK cuts off a role of many shops' secrets", () => {
  const connections = Array.from({ length: 65 }, (_, index) => ({
    channel: "standard",
    name: `shop-${index}`,
    key: `S${index}`,
    since: "2026-12-01T00:00:00Z",
  }));
  const template = bareTemplate(readStage({ ...shipped, connections, routes: [] }, connectors));
  const policies = [...template].filter(([, { Type }]) => Type === "AWS::IAM::ManagedPolicy").map(([id]) => id);
  ok(policies.length > 0);
  // CloudFormation names them by stack and logical ID.
  const [, pattern = ""] =
    /arn:aws:iam::\*:policy\/([^"]+)/.exec(JSON.stringify(read("cloudformation.json").Statement)) ?? [];
  const named = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
  for (const id of policies) ok(named.test(`order-relay-prod-${id}-1A2B3C4D5E6F`), id);
});

const pageOf = (name: string): string => readFileSync(new URL(`../${name}`, FOLDER), "utf8");
/** `sqs:SendMessage`, `kms:ReEncrypt*` */
const actionsIn = (text: string): string[] =>
  [...text.matchAll(/`([a-z]\w+:[A-Z]\w+\*?)`/g)].map(([, action = ""]) => action);

test("the operator's policy allows what the permissions of docs/operator-commands.md list", () => {
  const [, listed = ""] = pageOf("operator-commands.md").split("## Permissions\n");
  const given = new Set([...actionsOf("operator.json"), "sts:GetCallerIdentity"]);
  const needed = actionsIn(listed);
  ok(needed.length > 15);
  deepEqual(
    needed.filter((action) => !given.has(action)),
    [],
  );
});

/** Names of the SDK's clients in IAM. */
const CLIENTS: Record<string, string> = {
  "client-cloudwatch": "cloudwatch",
  "client-dynamodb": "dynamodb",
  "client-s3": "s3",
  "client-secrets-manager": "secretsmanager",
  "client-sqs": "sqs",
};
/** Files whose AWS calls the operator's commands make; and calls in them that only functions make. */
const SHARED = [
  "shared/ledger/table.ts",
  "shared/messages/queues.ts",
  "shared/messages/s3-texts.ts",
  "console/figures/cloudwatch-figures.ts",
];
const OF_FUNCTIONS = ["sqs:ChangeMessageVisibility", "sqs:SendMessageBatch"];
/** Calls whose permission has another name. */
const PERMISSIONS: Record<string, string> = {
  "s3:ListObjectsV2": "s3:ListBucket",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
};

test("the operator's policy allows every AWS call that the commands and the console make", () => {
  const root = new URL("../../", FOLDER);
  const own = readdirSync(new URL("operator/", root)).map((file) => `operator/${file}`);
  const calls = [...own, ...SHARED].flatMap((file) => {
    const source = readFileSync(new URL(file, root), "utf8");
    return [...source.matchAll(/import \{([^}]+)\} from "@aws-sdk\/([\w-]+)"/g)].flatMap(
      ([, names = "", client = ""]) => {
        const service = CLIENTS[client];
        const commands = [...names.matchAll(/\b(\w+)Command\b/g)].map(([, command]) => `${service}:${command}`);
        return service === undefined ? [] : commands;
      },
    );
  });
  ok(calls.length > 10);
  const given = new Set([...actionsOf("operator.json"), ...OF_FUNCTIONS]);
  deepEqual(
    [...new Set(calls)].filter((action) => !given.has(PERMISSIONS[action] ?? action)),
    [],
  );
});

test("the policy for a redrive allows what the runbook says that it takes, and nothing else", () => {
  const [, section = ""] = pageOf("runbook.md").split("\nYou need [iam/redrive.json]");
  const [paragraph = ""] = section.split("\n\n");
  deepEqual([...new Set(actionsIn(paragraph))].sort(), [...new Set(actionsOf("redrive.json"))].sort());
});

/** Commands of the AWS CLI that are not named after what they call. The first two ask for no permission. */
const CALLS: Record<string, string[]> = {
  "configure sso": [],
  "sts get-caller-identity": [],
  "dynamodb wait": ["dynamodb:DescribeTable"],
  "s3 rb": ["s3:DeleteBucket", "s3:DeleteObject", "s3:ListBucket"],
};

test("the policies of docs/deploy.md allow every AWS CLI command on that page", () => {
  const page = readFileSync(new URL("../deploy.md", FOLDER), "utf8");
  const run = codeOf(page).flatMap((line) => [...line.matchAll(/\baws ([a-z][\w-]+) ([a-z][\w-]+)/g)]);
  ok(run.length > 35);
  const needed = run.flatMap(([, service = "", command = ""]) => {
    const action = command.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return CALLS[`${service} ${command}`] ?? [`${service.replace("service-quotas", "servicequotas")}:${action}`];
  });
  // Not cloudformation.json: no person has it.
  const given = new Set(["bootstrap.json", "deploy.json", "repair.json"].flatMap(actionsOf));
  deepEqual(
    [...new Set(needed)].filter((action) => !given.has(action)),
    [],
  );
});
