import { type HeldOrder, isKnownSku } from "../../simulator.ts";
import type { KakacloAddress, KakacloItem } from "./order-body.ts";
import type { KakacloSwitches } from "./switches.ts";

/** The price of every unit, in US dollars. */
export const UNIT_PRICE = 9.99;

export type Country = "CN" | "US";

export interface KakacloLine {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly country: Country;
}

/** One KakaClo order, a row of its list. A create makes one, or one for each country. */
export interface KakacloOrder {
  readonly id: string;
  readonly customOrderId: string | null;
  readonly remark: string | null;
  readonly address: KakacloAddress;
  readonly lines: readonly KakacloLine[];
  /** ms */
  readonly createdAt: number;
  cancelledAt?: number;
  refund?: { no: string; askedAt: number; whole: boolean };
}

export interface KakacloHeld extends HeldOrder {
  readonly rows: readonly KakacloOrder[];
}

/** The country of a SKU's warehouse; see `KakacloSwitches.split`. */
export function countriesOf(sku: string): readonly Country[] {
  if (!isKnownSku(sku)) return [];
  if (sku.endsWith("-CN")) return ["CN"];
  if (sku.endsWith("-US")) return ["US"];
  return ["CN", "US"];
}

export interface Accepted {
  readonly request: unknown;
  readonly address: KakacloAddress;
  readonly items: readonly KakacloItem[];
  readonly customOrderId: string | null;
  readonly remark: string | null;
  readonly createdAt: number;
}

/** Counts up for good: IDs stay unique when the orders are forgotten. */
export function createOrderBook(firstOrderId: string) {
  let nextOrderId = BigInt(firstOrderId);
  let nextLineId = 1_094_207;
  const held: KakacloHeld[] = [];

  function linesOf(items: readonly KakacloItem[], split: KakacloSwitches["split"]): KakacloLine[] {
    const line = (sku: string, quantity: number, country: Country) => {
      nextLineId += 1;
      return { id: String(nextLineId), sku, quantity, country };
    };
    return items.flatMap(({ sku, quantity }) => {
      const [first = "CN", second] = countriesOf(sku);
      if (split === "none" || second === undefined || quantity < 2) return [line(sku, quantity, first)];
      const atFirst = Math.ceil(quantity / 2);
      return [line(sku, atFirst, first), line(sku, quantity - atFirst, second)];
    });
  }

  return {
    held,
    /** Pending whole refunds. */
    refunding: new Set<KakacloOrder>(),
    add(order: Accepted, split: KakacloSwitches["split"]): KakacloHeld {
      const lines = linesOf(order.items, split);
      const groups = split === "several" ? [...Map.groupBy(lines, ({ country }) => country).values()] : [lines];
      const rows = groups.map((group): KakacloOrder => {
        const id = String(nextOrderId);
        nextOrderId += 1n;
        const { customOrderId, remark, address, createdAt } = order;
        return { id, customOrderId, remark, address, lines: group, createdAt };
      });
      const entry: KakacloHeld = {
        id: rows[0]?.id ?? "",
        reference: order.customOrderId ?? "",
        request: order.request,
        createdAt: new Date(order.createdAt).toISOString(),
        rows,
      };
      held.push(entry);
      return entry;
    },
    rows: (): KakacloOrder[] => held.flatMap(({ rows }) => rows),
    cancel(row: KakacloOrder, at: number): void {
      row.cancelledAt ??= at;
      const entry = held.find(({ rows }) => rows.includes(row));
      if (entry?.rows.every(({ cancelledAt }) => cancelledAt !== undefined)) entry.cancelled = true;
    },
  };
}

export type OrderBook = ReturnType<typeof createOrderBook>;
