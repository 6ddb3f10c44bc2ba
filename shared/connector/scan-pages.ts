import { Deferred } from "../errors.ts";

export interface Page<Row> {
  /** Rows in the whole list, as this page reports it. */
  total: number;
  rows: Row[];
}

/**
 * Reads a list page by page, while rows may be added, and keeps the rows that are `wanted`.
 *
 * `whole` is true only if the scan has seen as many rows as the first page reported. It counts rows by their ID, so
 * that it notices a server that cuts its pages short, repeats one or loses one. Rows that are added during the scan may
 * be missing.
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
  /** False once the time is up. */
  mayGoOn?: () => boolean;
  /** Of a list that is surely sorted: this row, and so every later one, is outside the window. */
  isPast?: (row: Row) => boolean;
}): Promise<{ rows: Row[]; whole: boolean }> {
  const seen = new Set<string>();
  const kept: Row[] = [];
  let received = 0;
  let total: number | undefined;
  for (let index = 0; index < maxPages && mayGoOn(); index++) {
    const next = await page(index, received).catch((error: unknown) => {
      // A list that is too long for one run would start from the front each time, and never end.
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
    if (seen.size === before) break; // an empty or a repeated page: the scan would never end
  }
  return { rows: kept, whole: false };
}
