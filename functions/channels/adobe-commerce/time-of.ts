import { zonedInstant } from "../../../shared/connector/zoned-instant.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Settings } from "./settings.ts";

type Zone = Pick<Settings, "timeZone">;

/** UTC of `2026-11-02 10:00:00`. @throws MalformedEvent that names the field */
export function timeOf(text: string, field: string, { timeZone }: Zone): string {
  const time = zonedInstant(text.trim().replace(" ", "T"), timeZone);
  if (time === undefined) throw new MalformedEvent({ field, problem: "is no time as Commerce writes it" });
  return time;
}

/** `2026-11-02 10:00:00`, as the API takes it in a filter. @param time epoch ms */
export const wallClock = (time: number, { timeZone }: Zone): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(time);
