import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { connectors } from "../../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { loadStage } from "../../../infra/stage-file/load-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { StageConfigError } from "../../../infra/stage-file/stage-config-error.ts";
import { bazaar, stageFile } from "../../support/synthesised.ts";

const since = "2026-01-01T00:00:00Z";
const shop = { channel: "bazaar", name: "main", key: "BA", since };
const eu = { provider: "parcelworks", name: "eu" };

/** Stage files run without a type check. */
const asJson = (changes: object): Partial<StageFile> => JSON.parse(JSON.stringify(changes)) as Partial<StageFile>;

/** What the synth says of a stage with these changes. */
function said(changes: Partial<StageFile>): string {
  try {
    readStage(stageFile(changes), bazaar);
  } catch (error) {
    if (error instanceof StageConfigError) return error.message;
    throw error;
  }
  return "nothing";
}

const MISTAKES: [title: string, changes: Partial<StageFile>, sentence: RegExp][] = [
  [
    "an unknown channel",
    { connections: [{ ...shop, channel: "bazar" }] },
    /infra\/stages\/test\.ts: connections names the channel "bazar", which does not exist; write "bazaar" or "souk", or add functions\/channels\/bazar\//,
  ],
  [
    "an unknown provider",
    { destinations: [{ provider: "parcelwork", name: "eu" }] },
    /destinations names the provider "parcelwork", which does not exist; write "parcelworks" or "slowpost", or add functions\/providers\/parcelwork\//,
  ],
  [
    "a route to a destination that is not there",
    { routes: [{ from: ["bazaar/main"], to: ["parcelworks/us"] }] },
    /routes\[0\]\.to names "parcelworks\/us", which is not in destinations; add it there, or write one of parcelworks\/eu, slowpost\/north/,
  ],
  [
    "a route from a connection that is not there",
    { routes: [{ from: ["bazaar/second"], to: ["parcelworks/eu"] }] },
    /routes\[0\]\.from names "bazaar\/second", which is not in connections; add it there, or write one of bazaar\/main, souk\/main/,
  ],
  [
    "a route to nowhere",
    { routes: [{ from: ["bazaar/main"], to: [] }] },
    /routes\[0\]\.to is empty; name one of destinations/,
  ],
  [
    "a route from nowhere",
    { routes: [{ from: [], to: ["parcelworks/eu"] }] },
    /routes\[0\]\.from is empty; name one of connections/,
  ],
  [
    "a connection that is there twice",
    { connections: [shop, { ...shop, key: "B2" }], routes: [] },
    /connections has bazaar\/main twice; give one of them another name/,
  ],
  [
    "a destination that is there twice",
    { destinations: [eu, eu], routes: [] },
    /destinations has parcelworks\/eu twice; give one of them another name/,
  ],
  [
    "two connections with one key, whose orders would look alike at the providers",
    { connections: [shop, { ...shop, name: "second" }], routes: [] },
    /connections bazaar\/main and bazaar\/second both have the key "BA"; give each its own/,
  ],
  [
    "a connection without since",
    { connections: [{ channel: "bazaar", name: "main", key: "BA" }], routes: [] },
    /connections bazaar\/main has no `since`; write since: "2026-01-31T00:00:00Z"/,
  ],
  [
    "orders of any age",
    { connections: [{ ...shop, maxOrderAge: "none" }], routes: [] },
    /maxOrderAge "none" is for the local demo; write maxOrderAge: "60d"/,
  ],
  [
    "orders older than their bodies are kept",
    { connections: [{ ...shop, maxOrderAge: "90d" }], routes: [] },
    /maxOrderAge \(90 days\) must be shorter than retention\.bodies \(90 days\)/,
  ],
  [
    "silence that CloudWatch cannot see",
    { connections: [{ ...shop, silentAfter: "8d" }], routes: [] },
    /silentAfter is 192 hours; write whole hours between "1h" and "7d"/,
  ],
  [
    "plain references from two connections",
    {
      destinations: [{ ...eu, references: "plain" }],
      routes: [{ from: ["bazaar/main", "souk/main"], to: ["parcelworks/eu"] }],
    },
    /destinations parcelworks\/eu has references "plain", and bazaar\/main and souk\/main route there.*write references: "keyed"/,
  ],
  [
    "a setting that the provider requires",
    { destinations: [{ provider: "slowpost", name: "north" }], routes: [] },
    /destinations slowpost\/north: settings\.depot: is missing; write text in quotes: "…"; docs\/providers\/slowpost\.md/,
  ],
  [
    "a setting that the provider does not have",
    { destinations: [{ provider: "slowpost", name: "north", settings: { depot: "Oslo", depots: 2 } }], routes: [] },
    /destinations slowpost\/north: settings\.depots does not exist; write one of depot: docs\/providers\/slowpost\.md/,
  ],
  [
    "concurrency where the provider takes one call at a time",
    {
      destinations: [{ provider: "slowpost", name: "north", settings: { depot: "Oslo" }, maxConcurrency: 5 }],
      routes: [],
    },
    /Slow Post takes one call at a time, so maxConcurrency 5 has no effect; leave it out/,
  ],
  [
    "a misspelt field",
    { routes: [Object.assign({ from: ["bazaar/main"], to: ["parcelworks/eu"] }, { wen: "paid" })] },
    /infra\/stages\/test\.ts: routes\[0\]: there is no field "wen": did you mean "when"\?$/,
  ],
  [
    "a misspelt field of the file itself",
    asJson({ throttles: { rate: 1, burst: 1 } }),
    /^infra\/stages\/test\.ts: there is no field "throttles": did you mean "throttle"\?$/,
  ],
  [
    "fields that resemble none",
    asJson({ throttle: { rate: 1, burst: 1, perMinute: 60, colour: 1 } }),
    /throttle: there is no field "perMinute"; there are rate, burst; there is no field "colour"; there are rate, burst$/,
  ],
  [
    "a number that is too small",
    { destinations: [{ ...eu, maxConcurrency: 1 }] },
    /destinations\[0\]\.maxConcurrency \(parcelworks\/eu\): is 1; write 2 or more$/,
  ],
  ["a number that is too large", { routeConcurrency: 1001 }, /routeConcurrency: is 1001; write 1000 or less$/],
  [
    "a number with a fraction",
    { routeConcurrency: 2.5 },
    /routeConcurrency: is 2\.5; write a whole number, without quotes$/,
  ],
  [
    "a day where a moment is wanted",
    { connections: [{ ...shop, since: "2026-01-31" }] },
    /\.since \(bazaar\/main\): is "2026-01-31"; write a moment with its time zone: "2026-01-31T00:00:00Z"$/,
  ],
  [
    "a word that is none of those there are",
    asJson({ destinations: [{ ...eu, references: "key" }] }),
    /\.references \(parcelworks\/eu\): is "key"; write "keyed" or "plain"$/,
  ],
  [
    "text where a list is wanted",
    asJson({ fixedEgress: "parcelworks" }),
    /fixedEgress: is "parcelworks"; write a list: \[…\]$/,
  ],
  [
    "a number where text or a word is wanted",
    asJson({ connections: [{ ...shop, maxOrderAge: 60 }] }),
    /maxOrderAge \(bazaar\/main\): is 60; write "none" or text in quotes: "…"$/,
  ],
  [
    "text that is no duration where a word would do as well",
    asJson({ connections: [{ ...shop, maxOrderAge: "60 days" }] }),
    /maxOrderAge \(bazaar\/main\): not a duration; write a number and ms, s, m, h or d: "90s"$/,
  ],
  [
    "a key that is too long",
    { connections: [{ ...shop, key: "BAZAARMAIN" }] },
    /connections\[0\]\.key \(bazaar\/main\): 1 to 8 letters or digits/,
  ],
  [
    "a duration that is none",
    { connections: [{ ...shop, silentAfter: "3 hours" }] },
    /connections\[0\]\.silentAfter \(bazaar\/main\): not a duration; write a number and ms, s, m, h or d/,
  ],
  [
    "a stage's name that S3 would not take",
    { stage: "quality-assurance" },
    /stage "quality-assurance" is longer than 16 characters/,
  ],
  [
    "a stage whose queues another stage's destinations could have",
    { stage: "prod-s2" },
    /stage "prod-s2" has a hyphen, with which its names could be those of another stage in the same account; write "prods2"/,
  ],
  [
    "destinations whose queues would have one name",
    { destinations: [eu, { ...eu, name: "eu-dlq" }], routes: [] },
    /destinations parcelworks\/eu-dlq and destinations parcelworks\/eu would share the queue order-relay-test-parcelworks-eu-dlq/,
  ],
  [
    "more shards of the work list than readers ask",
    { ledger: { workListShards: 11 } },
    /ledger\.workListShards: is 11; write 10 or less/,
  ],
  [
    "dead letters that live no longer than their source",
    { retention: { queues: "14d" } },
    /retention\.deadLetters \(14 days\) must be longer than retention\.queues \(14 days\)/,
  ],
  [
    "dead letters that may be gone before the alarm of 7 days can ring",
    { retention: { deadLetters: "10d" } },
    /retention\.deadLetters \(10 days\) must be at least .* \(12 days\): .* would be gone before the alarm .* could ring; write deadLetters: "14d"$/,
  ],
  [
    "messages that may be so old when they are dead-lettered that SQS's 14 days leave no time for the alarm",
    { retention: { queues: "7d", events: "30d" } },
    /retention\.deadLetters \(14 days\) must be at least .* \(15 days\): .*; write deadLetters: "14d" and queues: "4d"$/,
  ],
  [
    "dead letters that SQS does not keep",
    { retention: { deadLetters: "15d" } },
    /SQS keeps a message 14 days at most: "14d"/,
  ],
  [
    "events that are gone before the dead letter that points at them",
    { retention: { events: "10d" } },
    /retention\.events \(10 days\) must be at least .* \(18 days\)/,
  ],
  [
    "a log retention that CloudWatch does not know",
    { retention: { logs: "100d" } },
    /retention\.logs is 100 days; CloudWatch knows .*"90d"/,
  ],
  [
    "states that go before bodies",
    { retention: { states: "30d" } },
    /retention\.states \(30 days\) must be at least retention\.bodies \(90 days\)/,
  ],
  [
    "a function that does not exist",
    { functions: { "create-orders": { memory: 512 } } },
    /functions names "create-orders", which this stage does not have; write one of receive-webhook, route-order, find-due, create-order-parcelworks/,
  ],
  [
    "a timeout over Lambda's",
    { timing: { routeTimeout: "16m" } },
    /the timeout of route-order is 960 s; Lambda ends a function after 15 minutes: write a shorter timing\.routeTimeout/,
  ],
  [
    "a webhook that may be answered later than API Gateway waits",
    { timing: { receiveTimeout: "30s" } },
    /timing\.receiveTimeout is 30 s; API Gateway waits no longer than 29/,
  ],
  [
    "deliveries that SQS forgets before they are given up",
    { timing: { giveUpAfter: "4d" } },
    /timing\.giveUpAfter must be shorter than retention\.queues \(4 days\)/,
  ],
  [
    "an alarm before the first look",
    { timing: { overdueAfter: "10m" } },
    /timing\.overdueAfter \(10 min\) must be at least timing\.dueAfter \(15 min\)/,
  ],
  [
    "a call that may last as long as the function",
    { destinations: [{ ...eu, callTimeout: "90s" }], routes: [] },
    /destinations parcelworks\/eu: a call may last 90 s and create-order-parcelworks ends after 90 s, so no order would ever be sent/,
  ],
  [
    "consumers that leave receive-webhook nothing of a new account's 10",
    { accountConcurrency: 10 },
    /may run 15 at a time, and of the account's 10 receive-webhook needs a fifth.*docs\/deploy\.md/,
  ],
  [
    "more provisioned concurrency than the account can spare",
    { accountConcurrency: 100, provisionedConcurrency: 5 },
    /provisionedConcurrency 5 leaves less than 100 of accountConcurrency 100/,
  ],
  [
    "warm instances that take from the consumers what the account has: they would be throttled, and good orders dead-lettered",
    { accountConcurrency: 200, provisionedConcurrency: 90, routeConcurrency: 110 },
    /may run 115 at a time, and of the account's 200 provisionedConcurrency takes 90; lower them/,
  ],
  [
    "a fixed address for a provider that is not there",
    { fixedEgress: ["parcelworx"] },
    /fixedEgress names "parcelworx", and no destination is of that provider; write "parcelworks" or "slowpost"/,
  ],
  [
    "alarms without a recipient",
    { alarms: { page: [], ticket: ["a@example.com"] } },
    /alarms\.page has no recipient; write alarms: \{ page: \["oncall@example\.com"\]/,
  ],
  [
    "an alarm's target that is none",
    { alarms: { page: ["#oncall"], ticket: ["a@example.com"] } },
    /alarms\.page\[0\]: an e-mail address or an https:\/\/ address/,
  ],
];

for (const [title, changes, sentence] of MISTAKES) {
  test(`${title}: the synth says what to write where`, () => match(said(changes), sentence));
}

test("warm instances are receive-webhook's own, so its fifth of the account may be made of them", () => {
  // 160 consumers: route-order 155, the destinations 2 and 2, find-due.
  const full = { accountConcurrency: 200, routeConcurrency: 155 };
  equal(said(full), "nothing");
  equal(said({ ...full, provisionedConcurrency: 40 }), "nothing");
  match(said({ ...full, provisionedConcurrency: 41 }), /of the account's 200 provisionedConcurrency takes 41/);
});

test("the shortest life of dead letters leaves a day after the alarm of 7, whatever the queue took before", () => {
  equal(said({ retention: { queues: "4d", deadLetters: "12d" } }), "nothing");
  equal(said({ retention: { queues: "6d", deadLetters: "14d" } }), "nothing");
});

test("a queue's name that SQS does not take is answered with the name to shorten", () => {
  const long = {
    ...bazaar,
    providers: bazaar.providers.map((one) => ({ ...one, name: `${one.name}-of-the-northern-seas` })),
  };
  const destinations = [{ provider: "parcelworks-of-the-northern-seas", name: "warehouse-behind-the-old-harbour" }];
  throws(
    () => readStage(stageFile({ stage: "acceptance", destinations, routes: [] }), long),
    /the queue's name order-relay-acceptance-.*-dlq has \d+ characters and SQS takes 80; shorten its name or the stage's/,
  );
});

test("every log retention that the CDK knows is taken", () => {
  const known = Object.values(RetentionDays).filter((count) => typeof count === "number" && count < 9999);
  for (const count of known) equal(said({ retention: { logs: `${count}d` } }), "nothing");
});

for (const list of ["connections", "destinations", "routes"] as const) {
  test(`a stage without ${list} is answered with a sentence that names them`, () => {
    const file: Partial<StageFile> = stageFile({});
    delete file[list];
    throws(
      () => readStage(file as StageFile, bazaar),
      (error) => error instanceof StageConfigError && error.message.includes(list),
    );
  });
}

test("a misspelt default for what orders lack is a mistake, not a default that is never used", () => {
  const destinations = [{ ...eu, missing: { phnoe: "1" } }] as unknown[];
  match(said({ destinations } as Partial<StageFile>), /phnoe/);
});

test("a restore in the future, until which nothing would be posted, is a mistake; a clock that is minutes off is none", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-12-24T11:30:00.500Z") });
  match(
    said({ restoredAt: "2026-12-24T12:40:00+01:00" }),
    /restoredAt "2026-12-24T12:40:00\+01:00" lies in the future, .* nothing be posted; write the present time: restoredAt: "2026-12-24T11:30:00Z"$/,
  );
  equal(said({ restoredAt: "2026-12-24T11:35:00Z" }), "nothing");
  equal(said({ restoredAt: "2026-11-24T11:30:00Z" }), "nothing");
});

test("a stage file that lies elsewhere is named by the place it lies in", async () => {
  const folder = join("deploy", "our-stages");
  throws(
    () => readStage(stageFile(asJson({ throttles: 1 })), bazaar, folder),
    /^StageConfigError: deploy\/our-stages\/test\.ts: there/,
  );
  throws(
    () => readStage(stageFile({ routes: [{ from: [], to: ["parcelworks/eu"] }] }), bazaar, folder),
    /^StageConfigError: deploy\/our-stages\/test\.ts: routes/,
  );
  await rejects(
    loadStage("prod", folder),
    /^StageConfigError: deploy\/our-stages\/prod\.ts: there is no such file; copy infra\/stages\/prod\.ts$/,
  );
  await rejects(
    loadStage("nope"),
    /^StageConfigError: infra\/stages\/nope\.ts: there is no such file; .*-c stage=.*prod/,
  );
});

test("a setting that no connector reads is one mistake, also where the connector's own schema refuses it", () => {
  const settings = { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888", unitprice: "net" };
  const destinations = [{ provider: "s2", name: "us", settings }];
  throws(
    () => readStage(stageFile({ connections: [], destinations, routes: [] }), connectors),
    /^StageConfigError: infra\/stages\/test\.ts: destinations s2\/us: settings\.unitprice does not exist; write one of [^\n]*$/,
  );
});

test("several mistakes are all said at once", () => {
  const sentences = said({ connections: [{ channel: "bazar", name: "main", key: "BA" }], routes: [] }).split("\n");
  ok(sentences.length === 2 && sentences.every((sentence) => sentence.startsWith("infra/stages/test.ts: ")));
});

test("the local demo alone needs neither since nor an age nor anybody to alarm", () => {
  const demo = { channel: "bazaar", name: "demo", key: "BA", maxOrderAge: "none" as const };
  ok(readStage({ stage: "local", connections: [demo], destinations: [eu], routes: [] }, bazaar));
});
