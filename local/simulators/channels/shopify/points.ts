import type { ApiBook } from "../../channel-api.ts";

/** Of an app in a shop on the Standard plan. https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits */
const MAXIMUM = 2_000;
const RESTORED = 100;

const LEFT = "points left";
const AT = "points counted at";

/** The bucket of points, at this moment. */
export function pointsLeft({ memory, now }: Pick<ApiBook, "memory" | "now">): number {
  const since = now() - Number(memory.get(AT) ?? now());
  const left = Number(memory.get(LEFT) ?? MAXIMUM) + (since / 1000) * RESTORED;
  return Math.min(MAXIMUM, left);
}

/** Leaves so many in the bucket. */
export function keepPoints(left: number, { memory, now }: Pick<ApiBook, "memory" | "now">): void {
  memory.set(LEFT, String(Math.min(MAXIMUM, left)));
  memory.set(AT, String(now()));
}

export const throttleStatus = (book: Pick<ApiBook, "memory" | "now">) => ({
  maximumAvailable: MAXIMUM,
  currentlyAvailable: Math.floor(pointsLeft(book)),
  restoreRate: RESTORED,
});
