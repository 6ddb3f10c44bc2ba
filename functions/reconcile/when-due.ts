import type { ConnectionState } from "../../shared/ledger/connection-state.ts";
import type { Connection } from "../../shared/stage/config.ts";

/** The schedule starts every minute, and a pass ends after it began: a connection is due this much early, ms. */
const EARLY = 30_000;
/** A demo connection has neither `since` nor `maxOrderAge`: its first pass looks back this far, ms. */
const FIRST_OF_DEMO = 86_400_000;
/** Outcomes after which the next start goes on. */
const GOES_ON: ReadonlySet<ConnectionState["lastOutcome"]> = new Set(["continues", "failed"] as const);
/** Outcomes of a connection that no pass can list. */
const NOT_LISTED: ReadonlySet<ConnectionState["lastOutcome"]> = new Set(["no-credentials", "no-list"] as const);

/** @param now epoch ms */
export function isDue(
  state: Pick<ConnectionState, "lastPassAt" | "lastOutcome"> | undefined,
  { reconcileEvery: every }: Pick<Connection, "reconcileEvery">,
  now: number,
): boolean {
  if (every === "off") return false;
  if (state?.lastPassAt === undefined || GOES_ON.has(state.lastOutcome)) return true;
  return now >= Date.parse(state.lastPassAt) + every - Math.min(EARLY, every / 10);
}

/**
 * From when on a pass lists: its watermark; of the first pass the connection's `since`, at most its `maxOrderAge` ago.
 * @param now epoch ms @returns UTC ISO 8601
 */
export function startOf(
  state: Pick<ConnectionState, "watermark"> | undefined,
  { since, maxOrderAge }: Pick<Connection, "since" | "maxOrderAge">,
  now: number,
): string {
  if (state?.watermark !== undefined) return state.watermark;
  const oldest = maxOrderAge === "none" ? (since === undefined ? now - FIRST_OF_DEMO : 0) : now - maxOrderAge;
  const start = Math.max(oldest, since === undefined ? 0 : Date.parse(since));
  return new Date(Math.min(start, now)).toISOString();
}

/**
 * Whether no pass has reached the end of the list for too long.
 * @param longest `timing.reconcileOverdueAfter`, ms; at least four intervals @param now epoch ms
 */
export function isOverdue(
  state: Pick<ConnectionState, "watermark" | "firstPassAt" | "lastOutcome"> | undefined,
  { reconcileEvery: every }: Pick<Connection, "reconcileEvery">,
  longest: number,
  now: number,
): boolean {
  const reached = state?.watermark ?? state?.firstPassAt;
  if (every === "off" || reached === undefined || NOT_LISTED.has(state?.lastOutcome)) return false;
  return now - Date.parse(reached) > Math.max(longest, 4 * every);
}
