import { deepEqual, equal, match, ok } from "node:assert/strict";
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
  Condition: z.optional(z.record(z.string(), z.record(z.string(), OneOrMore(z.unknown())))),
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
  equal(statements.size, 6);
  const roles = template.all("AWS::IAM::Role");
  equal(roles.length, 6);
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

test("route-order and reconcile read the secrets of channels with an API and of no provider; find-due reads none", () => {
  for (const name of ["route-order", "reconcile"]) {
    const secrets = of(name).filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"));
    deepEqual(
      secrets.flatMap(({ Resource }) => Resource).map((resource) => /soukmain/i.test(JSON.stringify(resource))),
      [true],
      name,
    );
  }
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

/** The statements of a function on the table itself, not on its index. */
const onTable = (name: string) =>
  of(name).filter(
    ({ Action, Resource }) =>
      Action.some((action) => action.startsWith("dynamodb:")) && !JSON.stringify(Resource).includes("/index/"),
  );
const partitions = (name: string, action: string): string[] =>
  onTable(name).flatMap(({ Action, Condition }) =>
    Action.includes(action) ? (Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"] ?? []).map(String) : [],
  );

test("each role may use the partitions of the items that it reads or writes, and no others", () => {
  const expected = {
    "route-order": ["channel#*", "erasure", "order#*"],
    "create-order-parcelworks": ["order#*", "provider#parcelworks/*"],
    "find-due": ["find-due", "order#*"],
  };
  for (const [name, own] of Object.entries(expected)) {
    for (const action of ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"]) {
      const allowed = partitions(name, action);
      for (const pattern of own) ok(allowed.includes(pattern), `${name}: ${action} of ${pattern}`);
    }
  }
  const [own, action] = [expected["create-order-parcelworks"], "dynamodb:GetItem"];
  deepEqual(partitions("create-order-parcelworks", "dynamodb:PutItem"), own);
  // The operator alone writes catalogs.
  deepEqual(partitions("create-order-parcelworks", action), ["catalog#parcelworks/*", ...own]);
  for (const [name] of statements) {
    for (const statement of onTable(name)) ok(statement.Condition, `${name} has a statement on the whole table`);
  }
});

test("reconcile reads orders and writes its connections' state, tokens and leases, and the intake queue: nothing else", () => {
  const own = ["channel#*", "connection#*", "endpoint#*"];
  deepEqual(partitions("reconcile", "dynamodb:GetItem"), [...own, "order#*"]);
  deepEqual(partitions("reconcile", "dynamodb:PutItem"), own);
  deepEqual([...new Set(allowed("reconcile"))].filter((action) => !/^(logs|xray|kms|dynamodb):/.test(action)).sort(), [
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
  ]);
});

/** Compares as IAM does; each pattern has at most one asterisk, at its end. */
const isLike = (pattern: string, text: string): boolean =>
  pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;

test("a role may use every partition that its connector's tools write, and none of another connector", () => {
  const partitionsOf = (one: Connector) => [
    cachePk({ ...one, account: `${one.name}/eu` }),
    tokenPk(one),
    leasePk(one, "app /create"),
  ];
  const patterns = partitions("create-order-parcelworks", "dynamodb:PutItem");
  const isAllowed = (pk: string) => patterns.some((pattern) => isLike(pattern, pk));
  const own = { kind: "provider", name: "parcelworks" } as const;
  for (const pk of [...partitionsOf(own), "order#shopify/main#1"]) ok(isAllowed(pk), pk);
  for (const other of [
    { kind: "provider", name: "parcelworks-eu" },
    { kind: "provider", name: "slowpost" },
    { kind: "channel", name: "parcelworks" },
  ] as const) {
    for (const pk of partitionsOf(other)) equal(isAllowed(pk), false, pk);
  }
  for (const pk of [
    "catalog#parcelworks/eu",
    "catalog#slowpost/north",
    "catalog#parcelworks-eu/x",
    "find-due",
    "erasure",
  ]) {
    equal(isAllowed(pk), false, pk);
  }
});

test("no role has a Scan, which names no partition", () => {
  for (const [name] of statements) ok(!allowed(name).includes("dynamodb:Scan"), name);
});

test("a function may use the key through the service that stores what is encrypted, never by itself", () => {
  const via = (name: string) =>
    of(name)
      .filter(({ Action }) => Action.some((action) => action.startsWith("kms:")))
      .map(({ Condition }) => JSON.stringify(Condition?.["StringEquals"]?.["kms:ViaService"] ?? "none"));
  for (const [name, services] of Object.entries({
    "receive-webhook": ["sqs", "s3"],
    "route-order": ["dynamodb", "sqs", "s3"],
    "create-order-parcelworks": ["dynamodb", "s3"],
    "find-due": ["dynamodb", "sqs"],
    reconcile: ["dynamodb", "sqs"],
  })) {
    const granted = via(name);
    for (const service of services)
      ok(
        granted.some((one) => one.includes(`${service}.`)),
        `${name}: ${service}`,
      );
    for (const one of granted) match(one, /(dynamodb|sqs|s3)\..*amazonaws\.com/);
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
    ["reconcile", ["channel#*"]],
    ["route-order", ["channel#*"]],
  ]);
});

test("only receive-webhook, find-due and reconcile may send an event to the intake queue, and encrypt it", () => {
  const [intake] = template
    .all("AWS::SQS::Queue")
    .filter(({ Properties }) => Properties["QueueName"] === "order-relay-test-intake");
  const senders = [...statements].filter(([, own]) =>
    own.some(({ Action, Resource }) => {
      const targets = JSON.stringify(Resource);
      return Action.includes("sqs:SendMessage") && targets.includes(`"${intake?.id}"`);
    }),
  );
  deepEqual(senders.map(([name]) => name).sort(), ["find-due", "receive-webhook", "reconcile"]);
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
