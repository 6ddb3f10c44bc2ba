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
import { matchesWording } from "../../support/wording-snapshot.ts";

const since = "2026-01-01T00:00:00Z";
const shop = { channel: "bazaar", name: "main", key: "BA", since };
const eu = { provider: "parcelworks", name: "eu" };

/** Stage files run without a type check. */
const asJson = (changes: object): Partial<StageFile> => JSON.parse(JSON.stringify(changes)) as Partial<StageFile>;

/** The synth's sentences for a stage with these changes. */
function said(changes: Partial<StageFile>): string {
  try {
    readStage(stageFile(changes), bazaar);
  } catch (error) {
    if (error instanceof StageConfigError) return error.message;
    throw error;
  }
  return "nothing";
}

/** `field`: the place that the sentence must name. */
const MISTAKES: [title: string, changes: Partial<StageFile>, field: string][] = [
  ["an unknown channel", { connections: [{ ...shop, channel: "bazar" }] }, "connections"],
  ["an unknown provider", { destinations: [{ provider: "parcelwork", name: "eu" }] }, "destinations"],
  [
    "a route to a destination that is not there",
    { routes: [{ from: ["bazaar/main"], to: ["parcelworks/us"] }] },
    "routes[0].to",
  ],
  [
    "a route from a connection that is not there",
    { routes: [{ from: ["bazaar/second"], to: ["parcelworks/eu"] }] },
    "routes[0].from",
  ],
  ["a route to nowhere", { routes: [{ from: ["bazaar/main"], to: [] }] }, "routes[0].to"],
  ["a route from nowhere", { routes: [{ from: [], to: ["parcelworks/eu"] }] }, "routes[0].from"],
  ["a connection that is there twice", { connections: [shop, { ...shop, key: "B2" }], routes: [] }, "connections"],
  ["a destination that is there twice", { destinations: [eu, eu], routes: [] }, "destinations"],
  [
    "two connections with one key, whose orders would look alike at the providers",
    { connections: [shop, { ...shop, name: "second" }], routes: [] },
    "connections bazaar/main",
  ],
  [
    "a connection without since",
    { connections: [{ channel: "bazaar", name: "main", key: "BA" }], routes: [] },
    "connections bazaar/main",
  ],
  ["orders of any age", { connections: [{ ...shop, maxOrderAge: "none" }], routes: [] }, 'maxOrderAge "none"'],
  [
    "orders older than their bodies are kept",
    { connections: [{ ...shop, maxOrderAge: "90d" }], routes: [] },
    "maxOrderAge (90 days)",
  ],
  ["silence that CloudWatch cannot see", { connections: [{ ...shop, silentAfter: "8d" }], routes: [] }, "silentAfter"],
  [
    "plain references from two connections",
    {
      destinations: [{ ...eu, references: "plain" }],
      routes: [{ from: ["bazaar/main", "souk/main"], to: ["parcelworks/eu"] }],
    },
    "destinations parcelworks/eu",
  ],
  [
    "a setting that the provider requires",
    { destinations: [{ provider: "slowpost", name: "north" }], routes: [] },
    "destinations slowpost/north",
  ],
  [
    "a setting that the provider does not have",
    { destinations: [{ provider: "slowpost", name: "north", settings: { depot: "Oslo", depots: 2 } }], routes: [] },
    "destinations slowpost/north",
  ],
  [
    "concurrency where the provider takes one call at a time",
    {
      destinations: [{ provider: "slowpost", name: "north", settings: { depot: "Oslo" }, maxConcurrency: 5 }],
      routes: [],
    },
    "maxConcurrency",
  ],
  [
    "a misspelt field",
    { routes: [Object.assign({ from: ["bazaar/main"], to: ["parcelworks/eu"] }, { wen: "paid" })] },
    "routes[0]",
  ],
  ["a misspelt field of the file itself", asJson({ throttles: { rate: 1, burst: 1 } }), '"throttles"'],
  ["fields that resemble none", asJson({ throttle: { rate: 1, burst: 1, perMinute: 60, colour: 1 } }), "throttle"],
  [
    "a number that is too small",
    { destinations: [{ ...eu, maxConcurrency: 1 }] },
    "destinations[0].maxConcurrency (parcelworks/eu)",
  ],
  ["a number that is too large", { routeConcurrency: 1001 }, "routeConcurrency"],
  ["a number with a fraction", { routeConcurrency: 2.5 }, "routeConcurrency"],
  ["a day where a moment is wanted", { connections: [{ ...shop, since: "2026-01-31" }] }, "since (bazaar/main)"],
  [
    "a word that is not one of the choices",
    asJson({ destinations: [{ ...eu, references: "key" }] }),
    "references (parcelworks/eu)",
  ],
  ["text where a list is wanted", asJson({ fixedEgress: "parcelworks" }), "fixedEgress"],
  [
    "a number where text or a word is wanted",
    asJson({ connections: [{ ...shop, maxOrderAge: 60 }] }),
    "maxOrderAge (bazaar/main)",
  ],
  [
    "text that is not a duration, in a field that also takes a word",
    asJson({ connections: [{ ...shop, maxOrderAge: "60 days" }] }),
    "maxOrderAge (bazaar/main)",
  ],
  ["a key that is too long", { connections: [{ ...shop, key: "BAZAARMAIN" }] }, "connections[0].key (bazaar/main)"],
  [
    "text that is not a duration",
    { connections: [{ ...shop, silentAfter: "3 hours" }] },
    "connections[0].silentAfter (bazaar/main)",
  ],
  ["a stage's name that S3 would not take", { stage: "quality-assurance" }, 'stage "quality-assurance"'],
  ["a stage whose queues another stage's destinations could have", { stage: "prod-s2" }, 'stage "prod-s2"'],
  [
    "destinations whose queues would have one name",
    { destinations: [eu, { ...eu, name: "eu-dlq" }], routes: [] },
    "destinations parcelworks/eu-dlq",
  ],
  ["more shards of the work list than readers ask", { ledger: { workListShards: 11 } }, "ledger.workListShards"],
  [
    "dead letters that live no longer than their source",
    { retention: { queues: "14d" } },
    "retention.deadLetters (14 days)",
  ],
  [
    "dead letters that SQS may delete before the 7-day alarm goes off",
    { retention: { deadLetters: "10d" } },
    "retention.deadLetters (10 days)",
  ],
  [
    "messages that may be so old when they are dead-lettered that SQS's 14 days leave no time for the alarm",
    { retention: { queues: "7d", events: "30d" } },
    "retention.deadLetters (14 days)",
  ],
  ["dead letters that SQS does not keep", { retention: { deadLetters: "15d" } }, "retention.deadLetters"],
  [
    "events that expire before the dead letter that points at them",
    { retention: { events: "10d" } },
    "retention.events (10 days)",
  ],
  ["a log retention that CloudWatch does not know", { retention: { logs: "100d" } }, "retention.logs"],
  ["states that go before bodies", { retention: { states: "30d" } }, "retention.states (30 days)"],
  ["a function that does not exist", { functions: { "create-orders": { memory: 512 } } }, "functions"],
  ["a timeout over Lambda's", { timing: { routeTimeout: "16m" } }, "timing.routeTimeout"],
  [
    "a webhook that may be answered later than API Gateway waits",
    { timing: { receiveTimeout: "30s" } },
    "timing.receiveTimeout",
  ],
  ["deliveries that SQS forgets before they are given up", { timing: { giveUpAfter: "4d" } }, "timing.giveUpAfter"],
  ["an alarm before the first look", { timing: { overdueAfter: "10m" } }, "timing.overdueAfter (10 min)"],
  [
    "a call that may last as long as the function",
    { destinations: [{ ...eu, callTimeout: "90s" }], routes: [] },
    "destinations parcelworks/eu",
  ],
  [
    "consumers that leave receive-webhook nothing of a new account's 10",
    { accountConcurrency: 10 },
    "accountConcurrency",
  ],
  [
    "more provisioned concurrency than the account can spare",
    { accountConcurrency: 100, provisionedConcurrency: 5 },
    "provisionedConcurrency 5",
  ],
  [
    "warm instances that take from the consumers what the account has: they would be throttled, and good orders dead-lettered",
    { accountConcurrency: 200, provisionedConcurrency: 90, routeConcurrency: 110 },
    "provisionedConcurrency",
  ],
  [
    "a throttle that lets a flood at one address take the concurrency of the consumers",
    { accountConcurrency: 30, throttle: { rate: 61, burst: 30 } },
    "throttle.rate 61",
  ],
  [
    "a burst of webhooks at once that is more than the account runs",
    { accountConcurrency: 30, throttle: { rate: 60, burst: 31 } },
    "throttle.burst 31",
  ],
  ["a fixed address for a provider that is not there", { fixedEgress: ["parcelworx"] }, "fixedEgress"],
  ["a fixed address for a channel that has no API", { fixedEgress: ["bazaar"] }, "fixedEgress"],
  ["alarms without a recipient", { alarms: { page: [], ticket: ["a@example.com"] } }, "alarms.page"],
  [
    "an alarm's recipient that is not an address",
    { alarms: { page: ["#oncall"], ticket: ["a@example.com"] } },
    "alarms.page[0]",
  ],
];

for (const [title, changes, field] of MISTAKES) {
  test(`${title}: the synth names the place`, () => ok(said(changes).includes(field), said(changes)));
}

test("the synth's sentence for each mistake", (t) => {
  matchesWording(
    t,
    MISTAKES.map(([title, changes]) => [title, said(changes)] as const),
  );
});

test("provisioned instances count towards receive-webhook's fifth of the account", () => {
  // 160 consumers: route-order 154, the destinations 2 and 2, find-due; reconcile.
  const full = { accountConcurrency: 200, routeConcurrency: 154 };
  equal(said(full), "nothing");
  equal(said({ ...full, provisionedConcurrency: 40 }), "nothing");
  match(said({ ...full, provisionedConcurrency: 41 }), /of the account's 200 provisionedConcurrency takes 41/);
});

test("the shortest retention of dead letters leaves a day after the 7-day alarm, despite the time in the queue", () => {
  equal(said({ retention: { queues: "4d", deadLetters: "12d" } }), "nothing");
  equal(said({ retention: { queues: "6d", deadLetters: "14d" } }), "nothing");
});

test("for a queue name that SQS does not take, the sentence names the part to shorten", () => {
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

test("every log retention of the CDK is accepted", () => {
  const known = Object.values(RetentionDays).filter((count) => typeof count === "number" && count < 9999);
  for (const count of known) equal(said({ retention: { logs: `${count}d` } }), "nothing");
});

for (const list of ["connections", "destinations", "routes"] as const) {
  test(`a stage without ${list} gives a sentence that names them`, () => {
    const file: Partial<StageFile> = stageFile({});
    delete file[list];
    throws(
      () => readStage(file as StageFile, bazaar),
      (error) => error instanceof StageConfigError && error.message.includes(list),
    );
  });
}

test("a misspelt field in `missing` is a mistake, not a default without effect", () => {
  const destinations = [{ ...eu, missing: { phnoe: "1" } }] as unknown[];
  match(said({ destinations } as Partial<StageFile>), /phnoe/);
});

test("a restoredAt in the future is a mistake, since nothing would be posted until then; a clock that is minutes off is accepted", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-12-24T11:30:00.500Z") });
  match(
    said({ restoredAt: "2026-12-24T12:40:00+01:00" }),
    /restoredAt "2026-12-24T12:40:00\+01:00" is in the future, .* nothing would be posted; write the present time: restoredAt: "2026-12-24T11:30:00Z"$/,
  );
  equal(said({ restoredAt: "2026-12-24T11:35:00Z" }), "nothing");
  equal(said({ restoredAt: "2026-11-24T11:30:00Z" }), "nothing");
});

test("errors name a stage file by its own folder", async () => {
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
    /^StageConfigError: infra\/stages\/nope\.ts: there is no such file; .*, or take the stage prod$/,
  );
});

test("an unknown setting is one mistake, even if the connector's own schema refuses it too", () => {
  const settings = { accountId: "1ac48942-405a-4841-a7d8-708f50dbe888", unitprice: "net" };
  const destinations = [{ provider: "s2", name: "us", settings }];
  throws(
    () => readStage(stageFile({ connections: [], destinations, routes: [] }), connectors),
    /^StageConfigError: infra\/stages\/test\.ts: destinations s2\/us: settings\.unitprice does not exist; write one of [^\n]*$/,
  );
});

test("the synth reports all mistakes at once", () => {
  const sentences = said({ connections: [{ channel: "bazar", name: "main", key: "BA" }], routes: [] }).split("\n");
  ok(sentences.length === 2 && sentences.every((sentence) => sentence.startsWith("infra/stages/test.ts: ")));
});

test("only the local demo needs no since, no maxOrderAge and no alarm recipients", () => {
  const demo = { channel: "bazaar", name: "demo", key: "BA", maxOrderAge: "none" as const };
  ok(readStage({ stage: "local", connections: [demo], destinations: [eu], routes: [] }, bazaar));
});
