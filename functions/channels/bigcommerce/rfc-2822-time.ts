import * as z from "zod/mini";
import { Time } from "../../../shared/connector/loose-schema.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const PARTS =
  /^(?:[A-Z][a-z]{2}, *)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) (?:([+-]\d\d)(\d\d)|GMT|UTC?|Z)$/;

/** `Tue, 05 Mar 2019 21:40:11 +0000` in ISO 8601; any other text as it is. */
function toIso(text: string): string {
  const [, day = "", month = "", year = "", time = "", hours = "+00", minutes = "00"] = PARTS.exec(text.trim()) ?? [];
  const number = MONTHS.indexOf(month) + 1;
  if (number === 0) return text;
  const two = (value: number | string) => String(value).padStart(2, "0");
  return `${year}-${two(number)}-${two(day)}T${time}${hours}:${minutes}`;
}

/** A time of RFC 2822 with its zone, or of ISO 8601. A day that no calendar has is refused. */
export const Rfc2822Time = z.pipe(z.pipe(z.string(), z.transform(toIso)), Time);
