import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod/mini";
import { type Connector, cachePk, leasePk, tokenPk } from "../../../shared/ledger/connector-partition.ts";
import { stageFile, templateOf } from "../../support/synthesised.ts";

const OneOrMore = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.union([z.array(schema), schema]),
    z.transform((value) => [value].flat()),
  );
const Statement = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  Action: OneOrMore(z.string()),
  Resource: OneOrMore(z.unknown()),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), OneOrMore(z.string())))),
});
const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
  Roles: z.array(z.object({ Ref: z.string() })),
});
const Role = z.object({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) });

const template = templateOf(stageFile());

/** Permissions of each function, by its name without the stage. */
const statements = new Map(
  template.all("AWS::Lambda::Function").map(({ Properties }) => {
    const [role] = z.parse(Role, Properties["Role"])["Fn::GetAtt"];
    const policies = template
      .all("AWS::IAM::Policy")
      .map((policy) => z.parse(Policy, policy.Properties))
      .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role));
    return [
      String(Properties["FunctionName"]).replace("order-relay-test-", ""),
      policies.flatMap((policy) => policy.PolicyDocument.Statement),
    ];
  }),
);
const of = (name: string) => statements.get(name) ?? [];
const allowed = (name: string) => of(name).flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));

test("every function has its own role, without AWS managed policies: those apply to the whole account", () => {
  equal(statements.size, 5);
  const roles = template.all("AWS::IAM::Role");
  equal(roles.length, 5);
  for (const { Properties } of roles) equal(Properties["ManagedPolicyArns"], undefined);
});

test("no role has an action on all resources, except writing traces, which takes no resource", () => {
  for (const [name, own] of statements) {
    for (const { Action, Resource } of own) {
      ok(
        Action.every((action) => !action.includes("*")),
        name,
      );
      if (Resource.includes("*")) deepEqual(Action.sort(), ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
    }
  }
});

test("receive-webhook may send to the intake, put oversized events and read its keys; it cannot read an order", () => {
  deepEqual([...new Set(allowed("receive-webhook"))].filter((action) => !/^(logs|xray|kms):/.test(action)).sort(), [
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
  ]);
});

test("route-order reads the secrets of channels with an API and of no provider; find-due reads none", () => {
  const secrets = of("route-order").filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"));
  deepEqual(
    secrets.flatMap(({ Resource }) => Resource).map((resource) => /soukmain/i.test(JSON.stringify(resource))),
    [true],
  );
  ok(!allowed("find-due").includes("secretsmanager:GetSecretValue"));
});

test("a provider's Lambda reads the secrets of its own destinations only", () => {
  for (const provider of ["parcelworks", "slowpost"]) {
    const secrets = of(`create-order-${provider}`).filter(({ Action }) =>
      Action.includes("secretsmanager:GetSecretValue"),
    );
    equal(secrets.flatMap(({ Resource }) => Resource).length, 1);
    ok(JSON.stringify(secrets).includes(`Provider${provider}`));
  }
});

const LeadingKeys = (name: string) =>
  of(name).flatMap(({ Effect, Condition, Action }) => (Effect === "Deny" && Condition ? [{ Condition, Action }] : []));

const CONNECTORS = { "dynamodb:LeadingKeys": ["channel#*", "provider#*"] };

test("every role is denied the tokens, caches and leases of other connectors", () => {
  deepEqual(LeadingKeys("find-due")[0]?.Condition, { "ForAnyValue:StringLike": CONNECTORS });
  for (const [name, own] of [
    ["route-order", "channel#*"],
    ["create-order-parcelworks", "provider#parcelworks/*"],
  ] as const) {
    deepEqual(LeadingKeys(name)[0]?.Condition, {
      "ForAnyValue:StringLike": CONNECTORS,
      "ForAnyValue:StringNotLike": { "dynamodb:LeadingKeys": [own] },
    });
  }
});

/** Compares as IAM does; each pattern has one asterisk, at its end. */
function isLike(pattern: string, text: string): boolean {
  equal(pattern.indexOf("*"), pattern.length - 1);
  return text.startsWith(pattern.slice(0, -1));
}

test("a role may use every partition that its connector's tools write, and none of another connector", () => {
  const partitionsOf = (one: Connector) => [
    cachePk({ ...one, account: `${one.name}/eu` }),
    tokenPk(one),
    leasePk(one, "app /create"),
  ];
  const { Condition = {} } = LeadingKeys("create-order-parcelworks")[0] ?? {};
  const patterns = (operator: string) => Condition[operator]?.["dynamodb:LeadingKeys"] ?? [];
  const isDenied = (pk: string) =>
    patterns("ForAnyValue:StringLike").some((pattern) => isLike(pattern, pk)) &&
    patterns("ForAnyValue:StringNotLike").every((pattern) => !isLike(pattern, pk));
  const own = { kind: "provider", name: "parcelworks" } as const;
  for (const pk of [...partitionsOf(own), "order#shopify/main#1", "catalog#parcelworks/eu"]) {
    equal(isDenied(pk), false, pk);
  }
  for (const other of [
    { kind: "provider", name: "parcelworks-eu" },
    { kind: "provider", name: "slowpost" },
    { kind: "channel", name: "parcelworks" },
  ] as const) {
    for (const pk of partitionsOf(other)) equal(isDenied(pk), true, pk);
  }
});

test("the denial of other connectors' partitions covers every action that the role has on the table", () => {
  for (const name of ["route-order", "find-due", "create-order-slowpost"]) {
    const table = allowed(name).filter((action) => action.startsWith("dynamodb:"));
    deepEqual(LeadingKeys(name)[0]?.Action.sort(), [...new Set(table)].sort());
    ok(!table.includes("dynamodb:Scan"), "a Scan has no leading key");
  }
});

test("roles have exactly the table actions that shared/ledger/table.ts uses", () => {
  const source = readFileSync(new URL("../../../shared/ledger/table.ts", import.meta.url), "utf8");
  const used = [...source.matchAll(/new (\w+)Command\(/g)].map(([, command]) => `dynamodb:${command}`);
  const granted = allowed("create-order-parcelworks").filter((action) => action.startsWith("dynamodb:"));
  deepEqual([...new Set(granted)].sort(), [...new Set(used)].sort());
});

test("roles may delete only items of their own connectors: tokens and leases", () => {
  const deleting = [...statements].flatMap(([name, own]) =>
    own
      .filter(({ Effect, Action }) => Effect === "Allow" && Action.includes("dynamodb:DeleteItem"))
      .map(({ Condition }) => [name, Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"]]),
  );
  deepEqual(deleting.sort(), [
    ["create-order-parcelworks", ["provider#parcelworks/*"]],
    ["create-order-slowpost", ["provider#slowpost/*"]],
    ["route-order", ["channel#*"]],
  ]);
});

test("only receive-webhook and find-due may send an event to the intake queue, and encrypt it", () => {
  const [intake] = template
    .all("AWS::SQS::Queue")
    .filter(({ Properties }) => Properties["QueueName"] === "order-relay-test-intake");
  const senders = [...statements].filter(([, own]) =>
    own.some(({ Action, Resource }) => {
      const targets = JSON.stringify(Resource);
      return Action.includes("sqs:SendMessage") && targets.includes(`"${intake?.id}"`);
    }),
  );
  deepEqual(senders.map(([name]) => name).sort(), ["find-due", "receive-webhook"]);
  for (const [name] of senders) ok(allowed(name).includes("kms:GenerateDataKey"), name);
});

test("only find-due may query the work list", () => {
  const indexed = [...statements]
    .filter(([, own]) => JSON.stringify(own).includes("/index/work"))
    .map(([name]) => name);
  deepEqual(indexed, ["find-due"]);
});

test("CloudWatch may use the alarm topics' key, for this account's alarms only", () => {
  const [key] = template.all("AWS::KMS::Key");
  const text = JSON.stringify(key?.Properties["KeyPolicy"]);
  ok(text.includes("cloudwatch.amazonaws.com") && text.includes('"aws:SourceAccount":{"Ref":"AWS::AccountId"}'));
});
