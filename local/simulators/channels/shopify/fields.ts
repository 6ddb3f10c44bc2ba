import { createHash } from "node:crypto";
import { round } from "../../../../shared/decimal.ts";
import type { Order } from "../../../../shared/order.ts";
import { bareNumber } from "../../exact-json.ts";

/** An ID as Shopify writes it. */
export const idNumber = bareNumber;
export const maybeId = (id: string | undefined): unknown => (id === undefined ? null : idNumber(id));

/** The ID of something that belongs to an order, the same each time: its transaction, its shipping line. */
export function relatedId(orderId: string, what: string): string {
  const digest = createHash("sha256").update(`${orderId} ${what}`).digest();
  return `7${String(digest.readBigUInt64BE() % 10n ** 16n).padStart(16, "0")}`;
}

/** https://shopify.dev/docs/api/usage/gids */
export const gid = (resource: string, id: string): string => `gid://shopify/${resource}/${id}`;

/** As Shopify writes times: to the second, with the shop's own offset; this shop is in New York, in winter. */
export function shopTime(time: string): string {
  const OFFSET_HOURS = 5;
  const there = new Date(Date.parse(time) - OFFSET_HOURS * 3_600_000).toISOString();
  return `${there.slice(0, "2026-11-20T10:00:05".length)}-05:00`;
}
export const maybeTime = (time: string | undefined): string | null => (time === undefined ? null : shopTime(time));

/** `5` as `5.00`; digits that are there stay. */
export const cents = (amount: string): string => (/\.\d\d/.test(amount) ? amount : round(amount, 2));

/** An amount in the shop's currency, and in the buyer's at the rate 1. */
export interface MoneySet {
  shop_money: { amount: string; currency_code: string };
  presentment_money: { amount: string; currency_code: string };
}

/** Amounts of one order. */
export function moneyOf({ currency, buyerCurrency = currency }: Pick<Order, "currency" | "buyerCurrency">) {
  return (amount: string): MoneySet => ({
    shop_money: { amount: cents(amount), currency_code: currency },
    presentment_money: { amount: cents(amount), currency_code: buyerCurrency },
  });
}
