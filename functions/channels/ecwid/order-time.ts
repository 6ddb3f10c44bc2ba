import { zonedInstant } from "../../../shared/connector/zoned-instant.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { OrderTimes } from "./payload.ts";
import type { Settings } from "./settings.ts";

type Zone = Pick<Settings, "timeZone">;

/** `2026-10-02 06:00:00 +0000`, or without its zone. https://docs.ecwid.com/api-reference */
const PARTS = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?: ?(Z|[+-]\d\d:?\d\d))?$/;

/** UTC. Undefined for another text, and for a time that does not exist. */
export function instantOf(text: string, { timeZone }: Zone): string | undefined {
  const [, day, clock, offset] = PARTS.exec(text) ?? [];
  if (day === undefined) return undefined;
  const wall = `${day}T${clock}`;
  if (offset === undefined) return zonedInstant(wall, timeZone);
  // JavaScript takes 30 February for 2 March.
  if (zonedInstant(wall, "UTC") === undefined) return undefined;
  const time = new Date(`${wall}${offset.replace(/^(.\d\d)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** When an order was placed, or last changed; undefined if it does not say, or cannot be read. */
export function timeIn(times: OrderTimes, what: "create" | "update", zone: Zone): string | undefined {
  const text = times[`${what}Date`];
  return text === undefined ? ofSeconds(times[`${what}Timestamp`]) : instantOf(text, zone);
}

/** @throws MalformedEvent if the order does not say, or it cannot be read */
export function orderTime(times: OrderTimes, what: "create" | "update", zone: Zone): string {
  const time = timeIn(times, what, zone);
  if (time !== undefined) return time;
  throw new MalformedEvent({ field: `${what}Date`, problem: "is missing, or is no time" });
}

const ofSeconds = (seconds: number | undefined): string | undefined =>
  seconds === undefined || seconds > 99_999_999_999 ? undefined : new Date(seconds * 1000).toISOString();
