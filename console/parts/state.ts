import { html } from "htm/preact";
import type { VNode } from "preact";

/** A state of an order or a delivery, with a sign beside the colour. */
const SIGNS: Record<string, readonly [sign: string, kind: string]> = {
  created: ["✓", "good"],
  recorded: ["✓", "good"],
  "done-by-hand": ["✓", "good"],
  queued: ["…", "wait"],
  sending: ["→", "wait"],
  retrying: ["↻", "warn"],
  "in-doubt": ["?", "warn"],
  held: ["‖", "warn"],
  unrouted: ["!", "warn"],
  rejected: ["✕", "bad"],
  failed: ["✕", "bad"],
};

export function State({ state }: { state: string }): VNode {
  const [sign, kind] = SIGNS[state] ?? ["–", "quiet"];
  return html`<span class=${`state ${kind}`}><span aria-hidden="true">${sign}</span> ${state}</span>`;
}
