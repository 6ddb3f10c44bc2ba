import type { ApiBook } from "../../channel-api.ts";

/** Requests in a second, and in 24 hours, of all shops of an app. https://developers.etsy.com/documentation/essentials/rate-limits */
const SECOND = 10;
const DAY = 10_000;

/** Counts a request. The headers say what is left, whether or not it is allowed. */
export function takeRequest({ memory, now }: Pick<ApiBook, "memory" | "now">) {
  const second = String(Math.floor(now() / 1000));
  const used = memory.get("second") === second ? Number(memory.get("requests of the second") ?? 0) : 0;
  const today = Number(memory.get("requests of the day") ?? 0);
  const isAllowed = used < SECOND && today < DAY;
  memory.set("second", second);
  memory.set("requests of the second", String(used + 1));
  memory.set("requests of the day", String(isAllowed ? today + 1 : today));
  return {
    isAllowed,
    headers: {
      "x-limit-per-second": String(SECOND),
      "x-remaining-this-second": String(Math.max(0, SECOND - used - 1)),
      "x-limit-per-day": String(DAY),
      "x-remaining-today": String(Math.max(0, DAY - today - 1)),
      ...(!isAllowed && { "retry-after": used >= SECOND ? "1" : "86400" }),
    },
  };
}
