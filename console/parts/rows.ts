import { html } from "htm/preact";
import type { ComponentChild, VNode } from "preact";

interface RowsProps {
  /** What the table lists, for a screen reader. */
  caption: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ComponentChild[] }[];
}

/**
 * A table whose rows are walked by j and k: each goes to the first link of the next row, and Enter follows it. On a
 * phone it scrolls sideways by itself.
 */
export function Rows({ caption, columns, rows }: RowsProps): VNode {
  return html`<div class="wide" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class="hidden">${caption}</caption>
      <thead><tr>${columns.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(({ key, cells }) => html`<tr key=${key} data-row>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`;
}
