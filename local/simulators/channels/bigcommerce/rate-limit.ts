import type { ApiBook } from "../../channel-api.ts";

/**
 * Requests in a window, of all apps of the store together. A store of the plans Standard and Plus has 150 in 30 s; here
 * the window is shorter, so that any fault settles soon.
 * https://developer.bigcommerce.com/docs/start/best-practices/api-rate-limits
 */
const QUOTA = 150;
const WINDOW_MS = 5_000;

/** Counts a request. The headers say what is left of the window, whether or not it is allowed. */
export function takeRequest({ memory, now }: Pick<ApiBook, "memory" | "now">) {
  const began = Number(memory.get("window began") ?? 0);
  const isOver = now() - began >= WINDOW_MS;
  const start = isOver ? now() : began;
  const used = isOver ? 0 : Number(memory.get("requests used") ?? 0);
  const isAllowed = used < QUOTA;
  memory.set("window began", String(start));
  memory.set("requests used", String(isAllowed ? used + 1 : used));
  return {
    isAllowed,
    headers: {
      "x-rate-limit-time-window-ms": String(WINDOW_MS),
      "x-rate-limit-time-reset-ms": String(start + WINDOW_MS - now()),
      "x-rate-limit-requests-quota": String(QUOTA),
      "x-rate-limit-requests-left": String(Math.max(0, QUOTA - used - 1)),
    },
  };
}
