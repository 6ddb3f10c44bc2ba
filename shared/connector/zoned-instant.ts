import { instant } from "./instant.ts";

/** `2026-11-02T10:00:00`, with or without a fraction of a second. */
const WALL_CLOCK = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?$/;

/**
 * The UTC time of what a clock on the wall of a time zone shows, for channels that write times without a zone. Of an
 * hour that the clock shows twice it is the first; of an hour that it skips, the time after the change.
 * @param timeZone of the IANA database: `Europe/Berlin`
 * @returns undefined for any other text, and for a time that does not exist
 */
export function zonedInstant(text: string, timeZone: string): string | undefined {
  const shown = WALL_CLOCK.test(text) ? instant(`${text}Z`) : undefined;
  // JavaScript takes 30 February for 2 March.
  if (shown?.slice(0, SECONDS) !== text.slice(0, SECONDS)) return undefined;
  const wall = Date.parse(`${text}Z`);
  // The zone's offset the day before and the day after: a change lies between them, if there is one.
  const offsets = [wall - DAY, wall + DAY].map((at) => offsetAt(at, timeZone));
  const matching = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, timeZone) === wall);
  const [before = 0] = offsets;
  return new Date(matching.length > 0 ? Math.min(...matching) : wall - before).toISOString();
}

/** Whether the platform knows a time zone. */
export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

const DAY = 86_400_000;
/** Characters of a time up to its seconds. */
const SECONDS = "2026-11-02T10:00:00".length;

/** How far a zone's clocks are ahead of UTC at a time, ms. */
function offsetAt(time: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  }).formatToParts(time);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const shown = Date.UTC(
    ...([part("year"), part("month") - 1, part("day")] as const),
    ...([part("hour"), part("minute"), part("second")] as const),
  );
  return shown - Math.floor(time / 1000) * 1000;
}
