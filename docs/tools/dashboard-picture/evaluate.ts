import type { MetricWidget, Row } from "../../../infra/monitoring/dashboard-widgets.ts";
import type { SampleDay } from "./sample-day.ts";

/** One line of a graph. */
export interface Series {
  label: string;
  color: string | undefined;
  /** One for each step of the day. */
  values: readonly number[];
}

/** A widget's series on the sample day: plain metrics, and evaluated expressions. */
export function seriesOf({ properties: { metrics } }: MetricWidget, day: SampleDay): Series[] {
  const known = new Map<string, readonly number[]>();
  for (const row of metrics) {
    const { id } = optionsOf(row);
    if (id !== undefined && !("expression" in optionsOf(row))) known.set(id, ofMetric(row, day));
  }
  return metrics.flatMap((row) => {
    const { visible, expression, label = "", color } = optionsOf(row);
    if (visible === false) return [];
    const values = expression === undefined ? ofMetric(row, day) : ofExpression(expression, known, day.steps);
    return [{ label, color, values }];
  });
}

const optionsOf = (row: Row): Exclude<Row[number], string> => {
  const last = row.at(-1);
  return typeof last === "object" ? last : {};
};

function ofMetric(row: Row, day: SampleDay): readonly number[] {
  const [, metric = "", ...dimensions] = row.filter((part) => typeof part === "string");
  const values = dimensions.filter((_, index) => index % 2 === 1);
  return day.of(metric, values, optionsOf(row).stat);
}

/** The expressions of dashboard.ts: sums of products and quotients, left to right, and sums of all IDs with a text. */
function ofExpression(text: string, known: ReadonlyMap<string, readonly number[]>, steps: number): number[] {
  const all = (part: string) => [...known.keys()].filter((id) => id.includes(part)).join(" + ");
  const terms = text
    .replaceAll(/SUM\(FILL\(METRICS\("(\w+)"\), 0\)\)/g, (_, part: string) => all(part))
    .split("+")
    .map((term) => term.split(/([*/])/).map((word) => word.trim()));
  const amountOf = (word: string, step: number): number => {
    const value = /^[\d.]+$/.test(word) ? Number(word) : known.get(word)?.[step];
    if (value === undefined) throw new Error(`The picture cannot evaluate "${text}": "${word}" is unknown.`);
    return value;
  };
  const product = ([first = "", ...rest]: string[], step: number): number => {
    let value = amountOf(first, step);
    for (let at = 0; at < rest.length; at += 2) {
      const factor = amountOf(rest[at + 1] ?? "", step);
      value = rest[at] === "*" ? value * factor : value / factor;
    }
    return value;
  };
  return Array.from({ length: steps }, (_, step) => terms.reduce((sum, term) => sum + product(term, step), 0));
}
