import { multiply, round } from "../../../../shared/decimal.ts";

/** Digits after the point of the currencies that Square takes, if they are not two. */
const DIGITS: Readonly<Record<string, number>> = { JPY: 0 };

/** https://developer.squareup.com/docs/build-basics/working-with-monetary-amounts: whole smallest units. */
export function money(amount: string | undefined, currency: string) {
  const digits = DIGITS[currency] ?? 2;
  return { amount: Number(round(multiply(amount ?? "0", `1e${digits}`), 0)), currency };
}
