import * as z from "zod/mini";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds. @throws TypeError that says what to write */
export function milliseconds(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new TypeError(`"${text}" is not a duration; write a number and ms, s, m, h or d: "90s", "4h", "60d"`);
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** A duration of the stage file: text in, milliseconds out. */
export const Duration = z.pipe(
  z.string().check(z.regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'not a duration; write a number and ms, s, m, h or d: "90s"')),
  z.transform(milliseconds),
);
