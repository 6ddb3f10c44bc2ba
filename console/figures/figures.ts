/** A metric's values, oldest first. */
export interface Series {
  /** As shared/telemetry/metrics.ts has it: `DeliveriesCreated`. */
  metric: string;
  /** `destination`, `connection` or `endpoint`, and its name; undefined for the stage's own. */
  of?: { kind: "endpoint" | "connection" | "destination"; name: string } | undefined;
  /** One a period; 0 where nothing was counted. Gauges: the highest; latencies: the average. */
  values: number[];
}

export interface FiguresRead {
  /** Start of each period, epoch seconds: the x of every series. */
  times: number[];
  series: Series[];
  /** Why the figures are missing or old: a sentence. */
  problem?: string | undefined;
}

export interface FiguresWanted {
  /** Epoch ms. */
  from: number;
  to: number;
  /** Seconds. */
  period: number;
  metrics: { metric: string; of?: Series["of"] }[];
}

/** Where the page's figures come from: the functions' metric lines in the local stack, CloudWatch in a deployed stage. */
export interface Figures {
  /** "CloudWatch", "the functions' own lines": named beside the charts. */
  readonly source: string;
  read(wanted: FiguresWanted): Promise<FiguresRead>;
}

/** Where there is no source of figures. */
export const noFigures: Figures = {
  source: "none",
  read: async () => ({ times: [], series: [], problem: "This stage has no source of figures." }),
};
