import { html } from "htm/preact";
import type { VNode } from "preact";

export interface FlowNode {
  name: string;
  href: string;
  /** What passed. */
  count: number;
  /** Under the name: "12 rejected". */
  note?: string | undefined;
  isBad?: boolean | undefined;
}

interface FlowProps {
  sources: readonly FlowNode[];
  middle: { title: string; note: string };
  targets: readonly FlowNode[];
}

const WIDTH = 920;
const [BOX_W, BOX_H, GAP] = [250, 44, 10];
/** More would make the picture unreadable; the tables below have all. */
const MOST = 8;

/** Connections, the ledger, destinations, with their numbers; the tables below the picture hold the same. */
export function Flow({ sources, middle, targets }: FlowProps): VNode {
  const [left, right] = [busiest(sources, "connections"), busiest(targets, "destinations")];
  const rows = Math.max(left.length, right.length, 1);
  const height = rows * (BOX_H + GAP) + GAP;
  const most = Math.max(1, ...left.map(({ count }) => count), ...right.map(({ count }) => count));
  const top = (index: number, of: number) => GAP + index * (BOX_H + GAP) + ((rows - of) * (BOX_H + GAP)) / 2;
  const centre = height / 2;
  const thick = (count: number) => (count === 0 ? 1 : 1.5 + (8 * count) / most);
  const [from, to] = [WIDTH / 2 - 80, WIDTH / 2 + 80];
  const path = (x1: number, y1: number, x2: number, y2: number) =>
    `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
  const lineClass = ({ count, isBad }: FlowNode) => `line${count === 0 ? " none" : ""}${isBad ? " bad" : ""}`;

  return html`<div class="wide" tabindex="0" role="region" aria-label="Flow from connections to destinations">
    <svg class="flow" viewBox=${`0 0 ${WIDTH} ${height}`} role="group" aria-label=${`${left.map(wordsOf).join(", ")}; ${middle.title}, ${middle.note}; ${right.map(wordsOf).join(", ")}`}>
      ${left.map((node, index) => html`<path key=${node.name} class=${lineClass(node)} d=${path(BOX_W, top(index, left.length) + BOX_H / 2, from, centre)} stroke-width=${thick(node.count)} />`)}
      ${right.map((node, index) => html`<path key=${node.name} class=${lineClass(node)} d=${path(to, centre, WIDTH - BOX_W, top(index, right.length) + BOX_H / 2)} stroke-width=${thick(node.count)} />`)}
      <g class="node">
        <rect x=${from} y=${centre - 30} width="160" height="60" rx="8" />
        <text x=${WIDTH / 2} y=${centre - 5} text-anchor="middle" class="name">${middle.title}</text>
        <text x=${WIDTH / 2} y=${centre + 15} text-anchor="middle" class="note">${middle.note}</text>
      </g>
      ${left.map((node, index) => html`<${Box} key=${node.name} node=${node} x=${0} y=${top(index, left.length)} />`)}
      ${right.map((node, index) => html`<${Box} key=${node.name} node=${node} x=${WIDTH - BOX_W} y=${top(index, right.length)} />`)}
    </svg>
  </div>`;
}

function Box({ node, x, y }: { node: FlowNode; x: number; y: number }): VNode {
  const { name, href, count, note, isBad } = node;
  return html`<a href=${href} class=${isBad ? "node bad" : "node"}>
    <rect x=${x + 1} y=${y} width=${BOX_W - 2} height=${BOX_H} rx="8" />
    <text x=${x + 12} y=${y + (note === undefined ? 27 : 19)} class="name">${name.length > 26 ? `${name.slice(0, 25)}…` : name}</text>
    ${note !== undefined && html`<text x=${x + 12} y=${y + 36} class="note">${note}</text>`}
    <text x=${x + BOX_W - 12} y=${y + 27} text-anchor="end" class="count">${count}</text>
  </a>`;
}

const wordsOf = ({ name, count, note }: FlowNode): string => `${name} ${count}${note === undefined ? "" : `, ${note}`}`;

/** Those with something wrong and the busiest, in their own order; the rest as one. */
function busiest(nodes: readonly FlowNode[], word: string): FlowNode[] {
  if (nodes.length <= MOST) return [...nodes];
  const ranked = nodes.toSorted((a, b) => Number(b.isBad ?? false) - Number(a.isBad ?? false) || b.count - a.count);
  const kept = new Set(ranked.slice(0, MOST - 1));
  const rest = nodes.filter((node) => !kept.has(node));
  const count = rest.reduce((sum, node) => sum + node.count, 0);
  return [
    ...nodes.filter((node) => kept.has(node)),
    { name: `${rest.length} more ${word}`, href: "/console/orders", count },
  ];
}
