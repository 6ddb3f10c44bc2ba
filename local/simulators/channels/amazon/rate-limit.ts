import type { ApiBook } from "../../channel-api.ts";

/** A token bucket of each operation: calls a second, and at once. */
const LIMITS = {
  fetch: { rate: 0.5, burst: 30 },
  // One in three minutes at Amazon; one in three seconds here, so that any fault settles soon.
  list: { rate: 1 / 3, burst: 20 },
} as const;

/** @returns the rate that was exceeded; undefined if the call is allowed */
export function takeCall(kind: keyof typeof LIMITS, { memory, now }: Pick<ApiBook, "memory" | "now">) {
  const { rate, burst } = LIMITS[kind];
  const [at, left] = [Number(memory.get(`${kind} at`) ?? now()), Number(memory.get(`${kind} left`) ?? burst)];
  const tokens = Math.min(burst, left + (Math.max(0, now() - at) / 1000) * rate);
  memory.set(`${kind} at`, String(now()));
  memory.set(`${kind} left`, String(tokens < 1 ? tokens : tokens - 1));
  return tokens < 1 ? rate : undefined;
}
