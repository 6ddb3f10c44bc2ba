import { Deferred } from "../errors.ts";

export interface Page<Row> {
  /** Of the whole list, as this page has it. */
  total: number;
  rows: Row[];
}

/**
 * Reads a list page by page while other rows may come in, and keeps the rows that are `wanted`.
 *
 * `whole` is true only when every row that the first page counted has been seen: rows are distinguished by their ID, so that
 * a server which cuts its pages short, repeats one, or loses one is found out. Rows that come in during the scan may be
 * missing; they are younger than the question.
 */
export async function scanPages<Row>({
  page,
  idOf,
  wanted,
  maxPages,
  mayGoOn = () => true,
  isPast = () => false,
}: {
  /** @param index from 0 @param received rows so far, repeats included */
  page(index: number, received: number): Promise<Page<Row>>;
  idOf(row: Row): string;
  wanted(row: Row): boolean;
  maxPages: number;
  /** False when time is up. */
  mayGoOn?: () => boolean;
  /** Of a list known to be sorted: this row, and so every later one, lies outside the window. */
  isPast?: (row: Row) => boolean;
}): Promise<{ rows: Row[]; whole: boolean }> {
  const seen = new Set<string>();
  const kept: Row[] = [];
  let received = 0;
  let total: number | undefined;
  for (let index = 0; index < maxPages && mayGoOn(); index++) {
    const next = await page(index, received).catch((error: unknown) => {
      // Begun again from the front, a list too long for one run would never be read to its end.
      if (index > 0 && error instanceof Deferred) return undefined;
      throw error;
    });
    if (!next) break;
    const { rows, total: reported } = next;
    total ??= reported;
    const before = seen.size;
    for (const row of rows) {
      const id = idOf(row);
      if (!seen.has(id) && wanted(row)) kept.push(row);
      seen.add(id);
    }
    received += rows.length;
    if (seen.size >= total || rows.some(isPast)) return { rows: kept, whole: true };
    if (seen.size === before) break; // an empty page, or the same one again: it would never end
  }
  return { rows: kept, whole: false };
}
