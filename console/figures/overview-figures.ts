import { type Config, destinationPath, pathOf } from "../../shared/stage/config.ts";
import { endpointsOf } from "../../shared/stage/endpoints.ts";
import type { METRICS, MetricName } from "../../shared/telemetry/metrics.ts";
import type { ChartLine } from "../parts/chart.ts";
import type { Figures, FiguresWanted, Subject, Wanted } from "./figures.ts";

const METRICS_SHOWN = {
  endpoint: ["EventsReceived", "SignatureFailures", "EventsUnreadable"],
  connection: ["OrdersRecorded", "OrdersNotRouted", "OrdersHeld", "ChannelCredentialsRefused"],
  destination: [
    "DeliveriesCreated",
    "DeliveriesRejected",
    "DeliveriesFailed",
    "DeliveriesInDoubt",
    "ProviderThrottled",
    "LatencyWebhookToCreated",
  ],
} as const satisfies { [Kind in Subject["kind"]]: readonly (typeof METRICS)[Kind][number][] };

interface OverviewFigures {
  /** Of the whole range. */
  sum(metric: MetricName, of: Subject): number;
  /** When something was counted last, epoch ms. */
  last(metric: MetricName, of: Subject): number | undefined;
  /** Epoch seconds. */
  times: number[];
  charts: { title: string; unit?: "ms"; lines: (ChartLine & { values: number[] })[] }[];
  problem?: string | undefined;
}

/** The figures of every endpoint, connection and destination of the stage. */
export async function readOverview(
  figures: Figures,
  config: Config,
  range: Omit<FiguresWanted, "metrics">,
): Promise<OverviewFigures> {
  const subjects: Subject[] = [
    ...endpointsOf(config).map((endpoint) => ({ kind: "endpoint" as const, path: pathOf(endpoint) })),
    ...config.connections.map((connection) => ({ kind: "connection" as const, path: pathOf(connection) })),
    ...config.destinations.map((destination) => ({
      kind: "destination" as const,
      path: destinationPath(destination),
    })),
  ];
  const metrics = subjects.flatMap((of): Wanted[] => METRICS_SHOWN[of.kind].map((metric) => ({ metric, of })));
  const { times, series, problem } = await figures.read({ ...range, metrics });
  const byKey = new Map(series.map((one) => [keyOf(one.metric, one.of), one]));

  const added = (metric: MetricName, how: (a: number, b: number) => number = (a, b) => a + b): number[] => {
    const own = series.filter((one) => one.metric === metric);
    return times.map((_, index) => own.reduce((value, { values }) => how(value, values[index] ?? 0), 0));
  };
  return {
    sum: (metric, of) => (byKey.get(keyOf(metric, of))?.values ?? []).reduce((sum, value) => sum + value, 0),
    last: (metric, of) => byKey.get(keyOf(metric, of))?.lastAt,
    times,
    problem,
    charts: [
      {
        title: "Events and orders",
        lines: [
          { label: "events received", color: "wait", values: added("EventsReceived") },
          { label: "orders recorded", color: "good", values: added("OrdersRecorded") },
          { label: "unreadable", color: "bad", values: added("EventsUnreadable") },
        ],
      },
      {
        title: "Deliveries",
        lines: [
          { label: "created", color: "good", values: added("DeliveriesCreated") },
          { label: "rejected", color: "warn", values: added("DeliveriesRejected") },
          { label: "failed", color: "bad", values: added("DeliveriesFailed") },
        ],
      },
      {
        title: "From webhook to created, slowest destination",
        unit: "ms",
        lines: [
          { label: "average", color: "wait", values: added("LatencyWebhookToCreated", Math.max).map(Math.round) },
        ],
      },
    ],
  };
}

const keyOf = (metric: MetricName, { kind, path }: Subject): string => `${metric} ${kind} ${path}`;
