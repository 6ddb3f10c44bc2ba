import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";
import { cloudWatchFigures } from "../../console/figures/cloudwatch-figures.ts";
import type { FiguresWanted, Wanted } from "../../console/figures/figures.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-20T14:00:00Z");
const created = (path: string): Wanted => ({ metric: "DeliveriesCreated", of: { kind: "destination", path } });
const latency: Wanted = { metric: "LatencyWebhookToCreated", of: { kind: "destination", path: "s2/us" } };
const waiting: Wanted = { metric: "WaitingFailed", of: { kind: "destination", path: "s2/us" } };

type Answer = (input: GetMetricDataCommand["input"]) => Partial<GetMetricDataCommandOutput>;

/** CloudWatch with answers of its own. */
function open(answer: Answer) {
  const asked: GetMetricDataCommand["input"][] = [];
  const clock = { now: START + 3 * MINUTE };
  class Client extends CloudWatchClient {
    override send = async (command: unknown): Promise<never> => {
      if (!(command instanceof GetMetricDataCommand)) throw new Error("another command");
      asked.push(command.input);
      return { $metadata: {}, ...answer(command.input) } as never;
    };
  }
  const figures = cloudWatchFigures({
    client: new Client({ region: "eu-central-1" }),
    stage: "prod",
    now: () => clock.now,
  });
  const read = (metrics: readonly Wanted[], more: Partial<FiguresWanted> = {}) =>
    figures.read({ from: clock.now - 3 * MINUTE, to: clock.now, period: 60, metrics, ...more });
  return { read, asked, clock };
}

test("each metric is read with the statistic and the dimensions that it was written with", async () => {
  const { read, asked } = open(() => ({
    MetricDataResults: [
      { Id: "q1", Timestamps: [new Date(START + MINUTE)], Values: [2400] },
      { Id: "q0", Timestamps: [new Date(START), new Date(START + 2 * MINUTE)], Values: [3, 4] },
    ],
  }));
  const { times, series, problem } = await read([created("s2/us"), latency, waiting]);
  equal(problem, undefined);
  deepEqual(
    times,
    [START, START + MINUTE, START + 2 * MINUTE].map((at) => at / 1000),
  );
  deepEqual(
    series.map(({ values }) => values),
    [
      [3, 0, 4],
      [0, 2400, 0],
      [0, 0, 0],
    ],
  );
  deepEqual(
    series.map(({ lastAt }) => lastAt),
    [START + 3 * MINUTE, START + 2 * MINUTE, undefined],
  );
  const queries = asked[0]?.MetricDataQueries ?? [];
  deepEqual(
    queries.map(({ MetricStat }) => MetricStat?.Stat),
    ["Sum", "Average", "Maximum"],
  );
  deepEqual(queries[0]?.MetricStat?.Metric, {
    Namespace: "OrderRelay",
    MetricName: "DeliveriesCreated",
    Dimensions: [
      { Name: "stage", Value: "prod" },
      { Name: "destination", Value: "s2/us" },
    ],
  });
});

test("1,200 metrics are asked for in three calls, and every page of an answer is read", async () => {
  const { read, asked } = open(({ NextToken, MetricDataQueries = [] }) => ({
    MetricDataResults: MetricDataQueries.slice(0, 1).map(({ Id }) => ({
      Id,
      Timestamps: [new Date(NextToken === undefined ? START : START + MINUTE)],
      Values: [1],
    })),
    ...(NextToken === undefined && { NextToken: "more" }),
  }));
  const { series } = await read(Array.from({ length: 1200 }, (_, index) => created(`s2/n${index}`)));
  deepEqual(
    asked.map(({ MetricDataQueries, NextToken }) => [MetricDataQueries?.length, NextToken]),
    [
      [500, undefined],
      [500, "more"],
      [500, undefined],
      [500, "more"],
      [200, undefined],
      [200, "more"],
    ],
  );
  deepEqual(
    [0, 499, 500, 1000].map((at) => series[at]?.values),
    [
      [1, 1, 0],
      [0, 0, 0],
      [1, 1, 0],
      [1, 1, 0],
    ],
  );
});

test("however often the page asks, CloudWatch is asked once a minute", async () => {
  const { read, asked, clock } = open(() => ({ MetricDataResults: [] }));
  for (let seconds = 0; seconds < 120; seconds += 2) {
    await read([created("s2/us")]);
    clock.now += 2000;
  }
  equal(asked.length, 2);
  await read([created("s2/us")], { period: 300 });
  equal(asked.length, 3);
});

test("a throttled CloudWatch leaves the figures that were read, and says so; it recovers by itself", async () => {
  let error: string | undefined;
  const { read, asked, clock } = open(() => {
    if (error !== undefined) throw Object.assign(new Error("Rate exceeded"), { name: error });
    return { MetricDataResults: [{ Id: "q0", Timestamps: [new Date(START)], Values: [5] }] };
  });
  equal((await read([created("s2/us")])).problem, undefined);
  error = "ThrottlingException";
  clock.now += MINUTE;
  for (let times = 0; times < 20; times += 1) {
    const { series, problem } = await read([created("s2/us")]);
    deepEqual(series[0]?.values, [5, 0, 0]);
    match(problem ?? "", /CloudWatch throttles.*older/);
  }
  equal(asked.length, 2);
  error = undefined;
  clock.now += MINUTE;
  equal((await read([created("s2/us")])).problem, undefined);
});

test("figures that were never read are not called older ones, however often CloudWatch throttles", async () => {
  const { read, asked, clock } = open(() => {
    throw Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
  });
  for (const times of [1, 2, 3]) {
    const { problem = "" } = await read([created("s2/us")]);
    equal(asked.length, times);
    match(problem, /CloudWatch throttles.*no figures/);
    clock.now += MINUTE;
  }
});

test("where CloudWatch may not be read, the page has no figures and names the permission", async () => {
  const { read } = open(() => {
    throw Object.assign(new Error("no"), { name: "AccessDenied" });
  });
  const { series, problem } = await read([created("s2/us")]);
  deepEqual(series[0]?.values, [0, 0, 0]);
  match(problem ?? "", /cloudwatch:GetMetricData.*operator\.json/);
});
