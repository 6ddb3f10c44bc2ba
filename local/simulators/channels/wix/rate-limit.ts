import type { ApiBook } from "../../channel-api.ts";

/** Requests of one app on one site. https://dev.wix.com/docs/rest/articles/getting-started/rate-limits */
const MOST = 200;
/** A minute at Wix; shorter here, so that any fault settles soon. */
const WINDOW_MS = 5_000;

/** Counts a request. @returns whether it is allowed */
export function takeRequest({ memory, now }: Pick<ApiBook, "memory" | "now">): boolean {
  const began = Number(memory.get("window began") ?? 0);
  const isOver = now() - began >= WINDOW_MS;
  const used = isOver ? 0 : Number(memory.get("requests used") ?? 0);
  if (isOver) memory.set("window began", String(now()));
  memory.set("requests used", String(used + 1));
  return used < MOST;
}
