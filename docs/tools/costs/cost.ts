import type { Price } from "./prices.ts";

/** One line of the bill. */
export interface Cost {
  what: string;
  /** `3 queues × 5 pollers × 3 per minute` */
  count: string;
  quantity: number;
  price: Price;
  usd: number;
}

export const cost = (what: string, count: string, quantity: number, price: Price): Cost => ({
  what,
  count,
  quantity,
  price,
  usd: (quantity / price.per) * price.usd,
});

export const sumOf = (costs: readonly Cost[]): number => costs.reduce((sum, { usd }) => sum + usd, 0);

/** A Markdown table of costs with their arithmetic and sum. */
export function tableOf(costs: readonly Cost[]): string {
  const rows = costs.map(
    ({ what, count, quantity, price, usd }) =>
      `| ${what} | ${count} | ${amount(quantity)} ${price.unit} × ${money(price.usd)}${price.per === 1 ? "" : ` / ${amount(price.per)}`} | ${dollars(usd)} |`,
  );
  return [
    "| what | counted | arithmetic | USD |",
    "|---|---|---|---|",
    ...rows,
    `| **sum** | | | **${dollars(sumOf(costs))}** |`,
  ].join("\n");
}

export const dollars = (usd: number): string => usd.toFixed(2);
const money = (usd: number): string => String(Number(usd.toPrecision(6)));
const amount = (quantity: number): string =>
  quantity.toLocaleString("en", { maximumFractionDigits: quantity < 100 ? 2 : 0 });
