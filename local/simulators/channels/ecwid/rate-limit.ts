import type { ApiBook } from "../../channel-api.ts";

/** Requests of a token in a minute. https://docs.ecwid.com/api-reference */
const MOST = 600;
/** A minute at Ecwid; shorter here, so that any fault settles soon. */
const WINDOW_MS = 10_000;

/** Counts a request. @returns undefined if it is allowed, else after how many seconds the next one is */
export function takeRequest({ memory, now }: Pick<ApiBook, "memory" | "now">): number | undefined {
  const began = Number(memory.get("window began") ?? 0);
  const isOver = now() - began >= WINDOW_MS;
  const used = isOver ? 0 : Number(memory.get("requests used") ?? 0);
  if (isOver) memory.set("window began", String(now()));
  memory.set("requests used", String(used + 1));
  if (used < MOST) return undefined;
  return Math.max(1, Math.ceil((began + WINDOW_MS - now()) / 1000));
}
