import { instant } from "../../../shared/connector/instant.ts";
import { zonedInstant } from "../../../shared/connector/zoned-instant.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { RestOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

type Field = "date_created" | "date_modified" | "date_paid" | "date_completed";
type Times = Partial<Pick<RestOrder, Field | `${Field}_gmt`>>;

/** A text that says its zone, as some plugins make the shop write it. */
const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** A time that is written in UTC, without saying so. Undefined if it is absent or unreadable. */
export function utcOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return ZONED.test(text) ? instant(text) : zonedInstant(text, "UTC");
}

/**
 * A time of the order in UTC: its `…_gmt`; where that is missing, the shop's own time, by the setting `timeZone`.
 * @returns undefined if the order has no such time
 * @throws MalformedEvent if it cannot be read, or its zone is not known
 */
export function timeOf(times: Times, field: Field, { timeZone }: Pick<Settings, "timeZone">): string | undefined {
  const [utc, local] = [times[`${field}_gmt`], times[field]];
  if (utc === undefined && local === undefined) return undefined;
  if (utc !== undefined) return utcOf(utc) ?? unreadable(`${field}_gmt`, "is no time");
  if (local !== undefined && ZONED.test(local)) return instant(local) ?? unreadable(field, "is no time");
  if (timeZone === undefined) {
    return unreadable(`${field}_gmt`, "is missing, and without the setting timeZone the shop's own time says nothing");
  }
  return zonedInstant(local ?? "", timeZone) ?? unreadable(field, "is no time");
}

/** A time that every order has. @throws MalformedEvent */
export const requiredTime = (times: Times, field: Field, settings: Pick<Settings, "timeZone">): string =>
  timeOf(times, field, settings) ?? unreadable(`${field}_gmt`, "is missing");

function unreadable(field: string, problem: string): never {
  throw new MalformedEvent({ field, problem });
}
