import type { Order } from "../../../shared/order.ts";
import type { Settings } from "./settings.ts";

/**
 * The number on the packing slip, which should be the one the buyer knows. Amazon takes 1 to 40 characters of ISO 8859-1
 * without two spaces in a row; a number outside of that is not cut but replaced by the channel's ID, or else our reference.
 */
export function packingNumber({ number, id }: Pick<Order, "number" | "id">, reference: string): string {
  const candidates = [number, id].map((text) => (text ?? "").trim().replace(/ {2,}/g, " "));
  return candidates.find((text) => /^[\x20-\x7e\xa0-\xff]{1,40}$/.test(text)) ?? reference;
}

/** `2022-12-09`, or `2025-04-09T14:30:45` without a zone. */
export function packingDate(
  placedAt: string,
  { packingDate, timeZone }: Pick<Settings, "packingDate" | "timeZone">,
): string {
  // Swedes write dates as ISO 8601 does.
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(
    new Date(placedAt),
  );
  const [date = "", time = ""] = local.split(" ");
  return packingDate === "date" ? date : `${date}T${time}`;
}
