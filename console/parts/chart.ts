import { html } from "htm/preact";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { Time } from "./time.ts";

export interface ChartLine {
  label: string;
  /** A colour of console.css: `good` is `--good`. */
  color: "good" | "bad" | "warn" | "wait" | "quiet";
  values: readonly number[];
}

interface ChartProps {
  title: string;
  /** Epoch seconds. */
  times: readonly number[];
  lines: readonly ChartLine[];
  /** None for counts. */
  unit?: "ms" | undefined;
}

const HEIGHT = 190;

/** Lines over time, with the same figures as a table beside. The browser draws; without it the table is all. */
export function Chart({ title, times, lines, unit }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [scheme, setScheme] = useState(0);
  const data = (): uPlot.AlignedData => [
    [...times],
    // A latency of 0 is none.
    ...lines.map(({ values }) => values.map((value) => (unit !== undefined && value === 0 ? null : value))),
  ];

  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const change = () => setScheme((count) => count + 1);
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);

  const names = lines.map(({ label }) => label).join();
  // Drawn again for other lines or colours; new values are set below.
  useEffect(() => {
    const { current } = place;
    if (!current) return undefined;
    const made = new uPlot(optionsOf(current, lines, unit), data(), current);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: HEIGHT }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [names, scheme]);
  useEffect(() => {
    plot.current?.setData(data());
  });

  return html`<figure class="chart box">
    <figcaption>
      <strong>${title}</strong>
      ${lines.map(({ label, color, values }) => html`<span key=${label} class="key"><span class=${`dot ${color}`} aria-hidden="true"></span>${label} <b>${totalOf(values, unit)}</b></span>`)}
    </figcaption>
    <div class="plot" ref=${place} aria-hidden="true"></div>
    <details>
      <summary>${title} as a table</summary>
      <div class="wide" tabindex="0" role="region" aria-label=${`${title} as a table`}>
        <table>
          <thead><tr><th scope="col">From</th>${lines.map(({ label }) => html`<th key=${label} scope="col" class="number">${label}</th>`)}</tr></thead>
          <tbody>${rowsOf(times, lines).map(
            ({ time, values }) =>
              html`<tr key=${time}><td><${Time} at=${time * 1000} /></td>${values.map((value) => html`<td class="number">${shown(value, unit)}</td>`)}</tr>`,
          )}</tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

/** Newest first, without the periods in which nothing was. */
const rowsOf = (times: readonly number[], lines: readonly ChartLine[]) =>
  times
    .map((time, index) => ({ time, values: lines.map(({ values }) => values[index] ?? 0) }))
    .filter(({ values }) => values.some((value) => value > 0))
    .reverse();

const shown = (value: number, unit: "ms" | undefined): string =>
  unit === undefined ? String(value) : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

/** Counts are added up; of a latency the highest is shown. */
function totalOf(values: readonly number[], unit: "ms" | undefined): string {
  if (unit !== undefined) return `≤ ${shown(Math.max(0, ...values), unit)}`;
  return String(values.reduce((sum, value) => sum + value, 0));
}

function optionsOf(place: HTMLElement, lines: readonly ChartLine[], unit: "ms" | undefined): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line") },
  };
  return {
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [
      { ...axis, values: hours },
      {
        ...axis,
        size: 56,
        values: (_plot, splits) => splits.map((value) => shown(value, unit)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, color }) => ({
        label,
        stroke: colour(color),
        width: 2,
        points: { show: unit !== undefined },
      })),
    ],
  };
}

/** In the reader's zone; a range of days has dates. */
function hours(_plot: uPlot, splits: number[]): string[] {
  const [first = 0, last = 0] = [splits[0], splits.at(-1)];
  const long = last - first > 36 * 3600;
  const format = new Intl.DateTimeFormat(
    undefined,
    long ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" },
  );
  return splits.map((at) => format.format(at * 1000));
}
