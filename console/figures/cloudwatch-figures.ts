import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { NAMESPACE } from "../../shared/telemetry/metrics.ts";
import { type Figures, type FiguresRead, type FiguresWanted, periodsOf, type Series, statisticOf } from "./figures.ts";

/** GetMetricData's limit for one call. */
const MOST_QUERIES = 500;
/**
 * CloudWatch charges 0.01 USD for 1,000 metrics that are asked for, and has a new value a minute: however often the
 * page asks, CloudWatch is asked once in that time, ms. docs/costs.md
 */
const KEPT = 60_000;

interface Context {
  client: Pick<CloudWatchClient, "send">;
  stage: string;
  /** Epoch ms. */
  now?: () => number;
}

/**
 * The stage's metrics in CloudWatch. Where CloudWatch refuses or throttles, what was read before stays, with a sentence.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function cloudWatchFigures({ client, stage, now = Date.now }: Context): Figures {
  /** `good`: what CloudWatch gave last, if it ever did. */
  const kept = new Map<string, { at: number; read: FiguresRead; good: FiguresRead | undefined }>();
  return {
    source: "CloudWatch, read once a minute",
    async read(wanted) {
      const key = JSON.stringify([wanted.to - wanted.from, wanted.period, wanted.metrics]);
      const known = kept.get(key);
      if (known && now() - known.at < KEPT) return known.read;
      const good = known?.good;
      const one = await readAll(wanted).then(
        (read) => ({ read, good: read }),
        (error: unknown) => ({ read: problemWith(error, wanted, good), good }),
      );
      kept.set(key, { at: now(), ...one });
      return one.read;
    },
  };

  async function readAll(wanted: FiguresWanted): Promise<FiguresRead> {
    const times = periodsOf(wanted);
    const series: Series[] = [];
    for (let at = 0; at < wanted.metrics.length; at += MOST_QUERIES) {
      const some = wanted.metrics.slice(at, at + MOST_QUERIES);
      const values = await readSome(some.map(queryOf(wanted.period)), times, wanted.period);
      series.push(...some.map((one, index) => ({ ...one, ...seen(values[index] ?? [], times, wanted.period) })));
    }
    return { times, series };
  }

  /** @returns for each query its values by period */
  async function readSome(queries: MetricDataQuery[], times: number[], period: number): Promise<number[][]> {
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const values = queries.map(() => times.map(() => 0));
    let token: string | undefined;
    do {
      const { MetricDataResults = [], NextToken } = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(first * 1000),
          EndTime: new Date((last + period) * 1000),
          ScanBy: "TimestampAscending",
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      for (const { Id, Timestamps = [], Values = [] } of MetricDataResults) {
        const own = values[Number(Id?.slice(1))];
        for (const [index, time] of Timestamps.entries()) {
          const place = Math.floor((time.getTime() / 1000 - first) / period);
          if (own?.[place] !== undefined) own[place] = Values[index] ?? 0;
        }
      }
      token = NextToken;
    } while (token !== undefined);
    return values;
  }

  function queryOf(period: number) {
    return ({ metric, of }: FiguresWanted["metrics"][number], index: number): MetricDataQuery => ({
      Id: `q${index}`,
      MetricStat: {
        Metric: {
          Namespace: NAMESPACE,
          MetricName: metric,
          Dimensions: [
            { Name: "stage", Value: stage },
            { Name: of.kind, Value: of.path },
          ],
        },
        Period: period,
        Stat: statisticOf(metric),
      },
    });
  }
}

function seen(values: number[], times: number[], period: number): Pick<Series, "values" | "lastAt"> {
  const last = times[values.findLastIndex((value) => value > 0)];
  return { values, lastAt: last === undefined ? undefined : (last + period) * 1000 };
}

function problemWith(error: unknown, wanted: FiguresWanted, good: FiguresRead | undefined): FiguresRead {
  const name = error instanceof Error ? error.name : "unknown error";
  const why = /^AccessDenied|^Unauthorized/.test(name)
    ? "You may not read CloudWatch: cloudwatch:GetMetricData is missing (docs/iam/operator.json)"
    : /Throttl|LimitExceeded|TooManyRequests/.test(name)
      ? "CloudWatch throttles; it is asked again in a minute"
      : `CloudWatch cannot be read: ${name}`;
  if (good) return { ...good, problem: `${why}. The figures below are older.` };
  const times = periodsOf(wanted);
  const series = wanted.metrics.map((one) => ({ ...one, values: times.map(() => 0) }));
  return {
    times,
    series,
    problem: `${why}. So there are no figures, and each is shown as 0. What waits now is current.`,
  };
}
