interface Named {
  name?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
}

/** The name as one text; undefined if there is none. */
export function fullName(person: Named | undefined): string | undefined {
  const parts = [person?.firstName?.trim(), person?.lastName?.trim()].filter(Boolean).join(" ");
  return person?.name?.trim() || parts || undefined;
}

/** The name as two texts; a one-word name is the last name (reference/providers.md 5b). */
export function splitName(person: Named | undefined): { firstName: string; lastName: string | undefined } {
  const first = person?.firstName?.trim() ?? "";
  const last = person?.lastName?.trim();
  if (last) return { firstName: first, lastName: last };
  const words = (fullName(person) ?? "").split(/\s+/).filter(Boolean);
  return { firstName: words.slice(0, -1).join(" "), lastName: words.at(-1) };
}
