/** One measured figure beside its target. */
export interface Figure {
  what: string;
  target: string;
  figure: string;
  /** Undefined: no target, for information only. */
  met?: boolean;
}

export const atMost = (what: string, figure: number, target: number, unit: string): Figure => ({
  what,
  target: `≤ ${target} ${unit}`,
  figure: `${round(figure)} ${unit}`,
  met: figure <= target,
});

export const atLeast = (what: string, figure: number, target: number, unit: string): Figure => ({
  what,
  target: `≥ ${target} ${unit}`,
  figure: `${round(figure)} ${unit}`,
  met: figure >= target,
});

export const forInformation = (what: string, figure: number, unit: string): Figure => ({
  what,
  target: "",
  figure: `${round(figure)} ${unit}`,
});

const round = (figure: number): string =>
  Number.isInteger(figure) ? String(figure) : figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, target, figure, met }) => [
    what,
    target,
    figure,
    met === undefined ? "" : met ? "met" : "MISSED",
  ]);
  const cells = [["what", "target", "figure", ""], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
