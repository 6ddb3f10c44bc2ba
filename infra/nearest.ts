/**
 * Of the names that are known, those that differ from a misspelt one in the fewest letters.
 * @param most letters that may differ; default: any number
 * @returns all that are equally near, as they stand in `known`
 */
export function nearest(name: string, known: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  const apart = known.map((one) => distance(name, one));
  const least = Math.min(most, ...apart);
  return known.filter((_, at) => apart[at] === least);
}

/** Levenshtein's: letters added, left out or exchanged. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (let at = 0; at < other.length; at++) {
      const exchanged = (above[at] ?? 0) + (letter === other[at] ? 0 : 1);
      line.push(Math.min(exchanged, (above[at + 1] ?? 0) + 1, (line[at] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
