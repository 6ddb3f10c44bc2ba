import { signal } from "@preact/signals";
import { html } from "htm/preact";
import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { ShellContext } from "../shell.ts";

/** The browser's clock and zone; undefined on the server and until the page is hydrated, so that both render alike. */
export const clock = signal<{ now: number; zone: string } | undefined>(undefined);

/** `2026-11-20 15:00:05 UTC` */
const utcText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

function localText(at: number, zone: string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const day = isToday ? {} : ({ day: "numeric", month: "short", year: "numeric" } as const);
  const format = new Intl.DateTimeFormat(undefined, {
    ...day,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone: zone,
  });
  return format.format(at);
}

const epochOf = (at: number | string): number => (typeof at === "number" ? at : Date.parse(at));

/** A time in the reader's zone; UTC on hover. @param at epoch ms, or ISO 8601 */
export function Time({ at }: { at: number | string }): VNode {
  const epoch = epochOf(at);
  if (!Number.isFinite(epoch)) return html`<span>${String(at)}</span>`;
  const { value } = clock;
  const utc = utcText(epoch);
  return html`<time dateTime=${new Date(epoch).toISOString()} title=${utc}>${value ? localText(epoch, value.zone, value.now) : utc}</time>`;
}

/** `4 s`, `12 min`, `3 h`, `5 d` @param ms */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** How long ago, counting on while the page is open; the time itself on hover. @param at epoch ms, or ISO 8601 */
export function Ago({ at }: { at: number | string }): VNode {
  const shell = useContext(ShellContext);
  const epoch = epochOf(at);
  if (!Number.isFinite(epoch)) return html`<span>${String(at)}</span>`;
  const now = clock.value?.now ?? shell.at;
  return html`<time dateTime=${new Date(epoch).toISOString()} title=${utcText(epoch)}>${span(now - epoch)} ago</time>`;
}
