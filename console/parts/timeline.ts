import { html } from "htm/preact";
import type { VNode } from "preact";
import * as z from "zod/mini";
import { Time } from "./time.ts";

/** As operator/order-timeline.ts makes it. */
export const TimelineData = z.object({
  from: z.number(),
  to: z.number(),
  lanes: z.array(
    z.object({
      destination: z.nullable(z.string()),
      generation: z.number(),
      spans: z.array(
        z.object({
          kind: z.enum(["working", "waiting", "person"]),
          what: z.string(),
          result: z.optional(z.string()),
          from: z.number(),
          to: z.optional(z.number()),
        }),
      ),
    }),
  ),
  marks: z.array(z.object({ at: z.number(), topic: z.string(), what: z.string() })),
  gaps: z.array(z.string()),
});
export type TimelineData = z.infer<typeof TimelineData>;

/** Of the drawing, in its own units. */
const WIDTH = 1000;
const LANE = 34;
const BAR = 16;
const LABEL = 14;

/** `350 ms`, `1.2 s`, `2 min 5 s`, `3 h 10 min`, `4 d 2 h` @param ms */
export function lasted(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  const first = units.findIndex(([size]) => ms >= size);
  const [[large, largeName] = [1, ""], [small, smallName] = [1, ""]] = units.slice(first);
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}

const KINDS = { working: "working", waiting: "waiting", person: "waiting for a person" } as const;
const nameOf = ({ destination, generation }: TimelineData["lanes"][number], many: boolean): string =>
  destination === null ? "order" : many ? `${destination}, generation ${generation}` : destination;

/**
 * What an order went through, a lane for it and one for each delivery; waiting is hatched, working is filled. Long waits
 * are drawn shorter than they were: a call of a second has to be seen beside a wait of a day. The table beside it has the
 * durations.
 */
export function Timeline({ data }: { data: TimelineData }): VNode {
  const lanes = data.lanes.filter(({ spans }) => spans.length > 0);
  const many = new Set(lanes.map(({ generation }) => generation)).size > 1;
  const place = scaleOf(data, lanes);
  const height = lanes.length * (LANE + LABEL) + 22;
  return html`<figure class="timeline box">
    <figcaption class="quiet">
      <span class="key"><span class="swatch working" aria-hidden="true"></span>working</span>
      <span class="key"><span class="swatch waiting" aria-hidden="true"></span>waiting</span>
      <span class="key"><span class="swatch person" aria-hidden="true"></span>waiting for a person</span>
      <span>Long waits are drawn shorter.</span>
    </figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${height}`} preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      ${data.marks.map(({ at, topic }, index) => html`<line key=${index} class=${topic === "operator" ? "mark operator" : "mark"} x1=${place(at)} x2=${place(at)} y1="0" y2=${height - 18} />`)}
      ${lanes.map((lane, row) => {
        const top = row * (LANE + LABEL);
        return html`<g key=${`${lane.destination} ${lane.generation}`}>
          <text class="lane" x="0" y=${top + LABEL - 2}>${nameOf(lane, many)}</text>
          ${lane.spans.map(({ kind, what, result, from, to = data.to }, index) => {
            const [left, right] = [place(from), place(to)];
            return html`<rect key=${index} class=${`span ${kind}`} x=${left} y=${top + LABEL + 4} width=${Math.max(2, right - left)} height=${BAR} rx="2"><title>${what}${result ? `: ${result}` : ""}, ${lasted(to - from)}</title></rect>`;
          })}
        </g>`;
      })}
    </svg>
    <div class="wide" tabindex="0" role="region" aria-label="The timeline as a table">
      <table>
        <caption class="hidden">The timeline as a table</caption>
        <thead><tr><th scope="col">From</th><th scope="col">Lane</th><th scope="col">What</th><th scope="col">How it ended</th><th scope="col" class="number">Lasted</th></tr></thead>
        <tbody>
          ${lanes
            .flatMap((lane) => lane.spans.map((span) => ({ lane, span })))
            .toSorted((a, b) => a.span.from - b.span.from)
            .map(
              ({ lane, span: { kind, what, result, from, to } }, index) => html`<tr key=${index}>
                <td><${Time} at=${from} /></td>
                <td>${nameOf(lane, many)}</td>
                <td><span class=${`swatch ${kind}`} aria-hidden="true"></span> ${what} <span class="quiet">${KINDS[kind]}</span></td>
                <td>${result ?? (to === undefined ? "goes on" : "")}</td>
                <td class="number">${lasted((to ?? data.to) - from)}</td>
              </tr>`,
            )}
        </tbody>
      </table>
    </div>
    ${data.gaps.map((gap) => html`<p key=${gap} class="quiet">${gap}</p>`)}
  </figure>`;
}

/** Between two moments at which something happened, the width grows with the logarithm of the time. */
function scaleOf({ from, to, marks }: TimelineData, lanes: TimelineData["lanes"]): (at: number) => number {
  const spans = lanes.flatMap((lane) => lane.spans);
  const moments = [from, to, ...marks.map(({ at }) => at), ...spans.flatMap((span) => [span.from, span.to ?? to])];
  const sorted = [...new Set(moments)].sort((a, b) => a - b);
  const widths = sorted.slice(1).map((at, index) => Math.log2(1 + (at - (sorted[index] ?? at)) / 200));
  const whole = widths.reduce((sum, width) => sum + width, 0) || 1;
  const places = new Map<number, number>();
  let passed = 0;
  for (const [index, at] of sorted.entries()) {
    places.set(at, Math.round((passed / whole) * WIDTH * 10) / 10);
    passed += widths[index] ?? 0;
  }
  return (at) => places.get(at) ?? 0;
}
