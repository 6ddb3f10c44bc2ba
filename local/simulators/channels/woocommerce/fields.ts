import { createHash } from "node:crypto";
import { round } from "../../../../shared/decimal.ts";
import { bareNumber } from "../../exact-json.ts";

/** An ID as WooCommerce writes it, 0 for none. */
export const idNumber = (id: string | undefined): unknown => (id === undefined ? 0 : bareNumber(id));

/** The ID of something that belongs to an order, the same each time: its shipping line, its refund. */
export function relatedId(orderId: string, what: string): string {
  const digest = createHash("sha256").update(`${orderId} ${what}`).digest();
  return String(1_000_000_000 + (digest.readUInt32BE() % 1_000_000_000));
}

/** This shop's clock is three hours behind UTC all year. */
const OFFSET_HOURS = 3;
const seconds = (time: number): string => new Date(time).toISOString().slice(0, "2026-11-20T10:00:05".length);

/** A time as the shop writes it: twice, to the second, without a zone. */
export const times = (name: string, time: string | undefined) => ({
  [name]: time === undefined ? null : seconds(Date.parse(time) - OFFSET_HOURS * 3_600_000),
  [`${name}_gmt`]: time === undefined ? null : seconds(Date.parse(time)),
});

/** `5` as `5.00`; digits that are there stay. */
export const cents = (amount: string): string => (/\.\d\d/.test(amount) ? amount : round(amount, 2));
