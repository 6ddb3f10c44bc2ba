import type { Series } from "./evaluate.ts";
import { type Box, FAINT, GRID, INK, line, round, text, widthOf } from "./svg.ts";

/** CloudWatch's own sequence, for lines without a colour. */
const COLORS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"];
/** The least distance between two ticks of the time axis, px. */
const TICK_WIDTH = 60;
const LEGEND_LINE = 18;

export interface Graph {
  title: string;
  unit: string;
  series: readonly Series[];
  /** A horizontal line at a threshold. */
  marks: readonly { value: number; label?: string | undefined }[];
}

/** Title, axes with figures, one line for each series, and a legend. */
export function drawGraph({ title, unit, series, marks }: Graph, box: Box): string {
  const colored = series.map((one, index) => ({ ...one, color: one.color ?? COLORS[index % COLORS.length] ?? INK }));
  const legend = legendLines(colored, box.width - 32);
  const plot = {
    x: box.x + 52,
    y: box.y + 44,
    width: box.width - 72,
    height: box.height - 44 - 26 - legend.length * LEGEND_LINE - 8,
  };
  const top = niceTop(Math.max(...colored.flatMap(({ values }) => values), ...marks.map(({ value }) => value), 0));
  const yOf = (value: number) => plot.y + plot.height * (1 - value / top);
  const steps = Math.max(...colored.map(({ values }) => values.length), 2);
  const xOf = (step: number) => plot.x + (plot.width * step) / (steps - 1);

  return [
    text(title, box.x + 16, box.y + 24, { size: 14, bold: true }),
    ...[0, 0.5, 1].flatMap((share) => [
      line(plot.x, yOf(top * share), plot.x + plot.width, yOf(top * share), `stroke="${GRID}"`),
      text(figure(top * share, unit), plot.x - 8, yOf(top * share) + 4, { size: 12, fill: FAINT, anchor: "end" }),
    ]),
    ...hours(plot.width).map((hour) =>
      text(`${String(hour % 24).padStart(2, "0")}:00`, plot.x + (plot.width * hour) / 24, plot.y + plot.height + 18, {
        size: 12,
        fill: FAINT,
        anchor: hour === 0 ? "start" : hour === 24 ? "end" : "middle",
      }),
    ),
    // The first is the most important, so it is drawn on top.
    ...colored.toReversed().map(({ values, color }) => {
      const points = values.map((value, step) => `${round(xOf(step))},${round(yOf(value))}`).join(" ");
      return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="1.6" stroke-linejoin="round"/>`;
    }),
    ...marks.flatMap(({ value, label = "" }) => [
      line(plot.x, yOf(value), plot.x + plot.width, yOf(value), 'stroke="#d13212" stroke-dasharray="5 4"'),
      text(label, plot.x + plot.width, yOf(value) - 5, { size: 12, fill: "#d13212", anchor: "end" }),
    ]),
    ...legend.flatMap((entries, row) =>
      entries.map(({ label, color, offset }) => {
        const y = box.y + box.height - 14 - (legend.length - 1 - row) * LEGEND_LINE;
        const x = box.x + 16 + offset;
        return `<circle cx="${round(x + 5)}" cy="${round(y - 4)}" r="5" fill="${color}"/>${text(label, x + 15, y, { size: 12 })}`;
      }),
    ),
  ].join("\n");
}

const hours = (width: number): number[] => {
  const pause = [4, 6, 8, 12].find((some) => (width * some) / 24 >= TICK_WIDTH) ?? 24;
  return Array.from({ length: 24 / pause + 1 }, (_, index) => index * pause);
};

function legendLines(series: readonly { label: string; color: string }[], width: number) {
  const lines: { label: string; color: string; offset: number }[][] = [[]];
  let offset = 0;
  for (const { label, color } of series) {
    const needs = widthOf(label, 12) + 34;
    if (offset > 0 && offset + needs > width) {
      lines.push([]);
      offset = 0;
    }
    lines.at(-1)?.push({ label, color, offset });
    offset += needs;
  }
  return lines;
}

/** The next of 2, 4, 10, 20, 40, 100 …, so that its half is a round figure, too. */
function niceTop(highest: number): number {
  for (let scale = 1; ; scale *= 10) {
    const found = [2, 4, 6, 10].find((factor) => factor * scale >= highest);
    if (found !== undefined) return found * scale;
  }
}

const figure = (value: number, unit: string): string =>
  `${value >= 10_000 ? `${value / 1000}k` : value}${unit === "" || value === 0 ? "" : ` ${unit}`}`;
