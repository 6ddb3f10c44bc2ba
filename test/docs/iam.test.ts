import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod/mini";
import { bareTemplate } from "../../infra/bare-template.ts";
import { readStage } from "../../infra/read-stage.ts";
import { connectors } from "../infra/synthesised.ts";
import { stage as shipped } from "./stages/prod.ts";

const FOLDER = new URL("../../docs/iam/", import.meta.url);
const OneOrMore = z.union([z.string(), z.array(z.string())]);
const Policy = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({ Sid: z.string(), Effect: z.literal("Allow"), Action: OneOrMore, Resource: OneOrMore }),
  ),
});
const read = (name: string) => z.parse(Policy, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));

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
  const file = {
    ...shipped,
    destinations: [{ provider: "lingxing", name: "us", settings: { store: { name: "My Store-US", country: "US" } } }],
    routes: [{ from: ["shopify/main"], to: ["lingxing/us"] }],
    fixedEgress: ["lingxing"],
    provisionedConcurrency: 1,
    domain: {
      name: "hooks.example.com",
      certificate: "arn:aws:acm:eu-central-1:111122223333:certificate/1",
      zone: { id: "Z1", name: "example.com" },
    },
  };
  const types = new Set([...bareTemplate(readStage(file, connectors)).values()].map(({ Type }) => Type));
  ok(types.size > 30);
  const allowed = new Set(
    read("cloudformation.json").Statement.flatMap(({ Action }) =>
      [Action].flat().map((action) => action.split(":")[0]),
    ),
  );
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
