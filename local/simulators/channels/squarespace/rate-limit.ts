import type { ApiBook } from "../../channel-api.ts";

/** Requests in a minute. https://developers.squarespace.com/commerce-apis/rate-limits */
const MOST = 300;
const WINDOW_MS = 60_000;
/** A minute at Squarespace; shorter here, so that any fault settles soon. */
const COOL_DOWN_MS = 5_000;

/** Counts a request. @returns whether it is allowed */
export function takeRequest({ memory, now }: Pick<ApiBook, "memory" | "now">): boolean {
  if (now() < Number(memory.get("cooling until") ?? 0)) return false;
  const began = Number(memory.get("window began") ?? 0);
  const isOver = now() - began >= WINDOW_MS;
  const used = isOver ? 0 : Number(memory.get("requests used") ?? 0);
  if (isOver) memory.set("window began", String(now()));
  memory.set("requests used", String(used + 1));
  if (used < MOST) return true;
  memory.set("cooling until", String(now() + COOL_DOWN_MS));
  memory.delete("window began");
  return false;
}
