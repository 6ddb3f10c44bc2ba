import type { MetricName } from "../../shared/telemetry/metrics.ts";

/** Whose metric it is: an endpoint, connection or destination by its path. */
export interface Subject {
  kind: "endpoint" | "connection" | "destination";
  path: string;
}

export interface Wanted {
  metric: MetricName;
  of: Subject;
}

export interface FiguresWanted {
  /** Epoch ms. */
  from: number;
  to: number;
  /** Seconds. */
  period: number;
  metrics: readonly Wanted[];
}

/** A metric's values, oldest first. */
export interface Series extends Wanted {
  /** One a period; 0 where nothing was counted. Gauges: the highest; latencies: the average. */
  values: number[];
  /** When something was counted last, epoch ms; of CloudWatch the end of that period. */
  lastAt?: number | undefined;
}

export interface FiguresRead {
  /** Start of each period, epoch seconds: the x of every series. */
  times: number[];
  series: Series[];
  /** Why figures are missing or old: a sentence. */
  problem?: string | undefined;
}

/** Where the page's figures come from: the functions' metric lines in the local stack, CloudWatch in a deployed stage. */
export interface Figures {
  /** Named beside the charts: "CloudWatch". */
  readonly source: string;
  read(wanted: FiguresWanted): Promise<FiguresRead>;
}

/** How the values of a period become one. */
export function statisticOf(metric: MetricName): "Sum" | "Maximum" | "Average" {
  if (metric.startsWith("Latency")) return "Average";
  // find-due publishes these every minute: how many wait now.
  return metric.startsWith("Waiting") || metric === "DeliveriesOverdue" ? "Maximum" : "Sum";
}

/** Starts of the periods, epoch seconds: whole periods that contain all of the range. */
export function periodsOf({ from, to, period }: Omit<FiguresWanted, "metrics">): number[] {
  const first = Math.floor(from / 1000 / period) * period;
  const count = Math.max(1, Math.ceil((to / 1000 - first) / period));
  return Array.from({ length: count }, (_, index) => first + index * period);
}

/** Where there is no source of figures. @param problem a sentence that says where there is one */
export const noFigures = (problem: string): Figures => ({
  source: "no source",
  read: async (wanted) => ({
    times: periodsOf(wanted),
    series: wanted.metrics.map((one) => ({ ...one, values: periodsOf(wanted).map(() => 0) })),
    problem,
  }),
});
