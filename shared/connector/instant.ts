/** UTC, to the millisecond. Undefined for a time that does not exist, such as `2026-02-30`. */
export function instant(text: string): string | undefined {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return undefined;
  return text.endsWith("T00:00:00.000Z") && time.toISOString() !== text ? undefined : time.toISOString();
}

/** A day (`2026-12-24`, `2026/12/24`) from its start to its end in UTC, or an instant. Undefined for any other text. */
export function period(text: string | undefined): { from: string; until: string } | undefined {
  const [, year, month, day] = /^(\d{4})[-/.](\d{2})[-/.](\d{2})$/.exec(text?.trim() ?? "") ?? [];
  if (day !== undefined) {
    const from = instant(`${year}-${month}-${day}T00:00:00.000Z`);
    return from ? { from, until: from.replace("00:00:00.000", "23:59:59.000") } : undefined;
  }
  const at = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text ?? "") ? instant(text ?? "") : undefined;
  return at ? { from: at, until: at } : undefined;
}
