import { type Answer, json } from "../../simulator.ts";
import { detail } from "./answers.ts";
import type { AkinonSwitches } from "./switches.ts";

export type Row = Record<string, unknown>;

/** A row as it is sent, with its key under the switched name. */
export const keyed = (pk: number, row: Row, { keyField }: Pick<AkinonSwitches, "keyField">): Row => ({
  [keyField]: pk,
  ...row,
});

/** A page of a list; `next` and `previous` have a foreign host, as behind a proxy that rewrites hosts. */
export function list(
  rows: readonly Row[],
  query: URLSearchParams,
  switches: Pick<AkinonSwitches, "lists" | "emptyLists" | "pageSize" | "keyField">,
): Answer {
  const sort = query.get("sort");
  const keyOf = (row: Row) => Number(row[switches.keyField]);
  const sorted = sort === "-id" ? rows.toSorted((a, b) => keyOf(b) - keyOf(a)) : rows;
  if (switches.lists === "plain") return json(200, sorted);

  const limit = Math.min(numberIn(query, "limit") ?? switches.pageSize, 200);
  const page = numberIn(query, "page") ?? 1;
  const pages = Math.max(1, Math.ceil(sorted.length / limit));
  if (page > pages) return detail(404, "Invalid page.");
  const link = (other: number) => {
    const search = new URLSearchParams(query);
    search.set("page", String(other));
    return `https://omnitron.invalid/?${search}`;
  };
  return json(200, {
    count: sorted.length,
    next: page < pages ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results:
      sorted.length === 0 && switches.emptyLists === "null" ? null : sorted.slice((page - 1) * limit, page * limit),
  });
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
}
