import { type Answer, json } from "../../simulator.ts";
import type { S2Switches } from "./switches.ts";

/** `?limit&offset` of every S2 list: limit 100 by default and at most. @returns undefined if they are out of range */
export function page<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
  show: (row: Row) => unknown,
  { emptyList }: Pick<S2Switches, "emptyList">,
): Answer | undefined {
  const limit = wholeNumber(query.get("limit") ?? "100");
  const offset = wholeNumber(query.get("offset") ?? "0");
  // Not documented: more than 100 may be refused or cut. Refusing detects a client that relies on more.
  if (!(limit >= 1 && limit <= 100 && offset >= 0)) return undefined;
  const items = rows.slice(offset, offset + limit).map(show);
  return json(200, { items: items.length === 0 && emptyList === "null" ? null : items, total: rows.length });
}

const wholeNumber = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
