import leven from "leven";

/**
 * Of the names that are known, those that differ from a misspelt one in the fewest letters.
 * @param most letters that may differ; without it, however many do
 * @returns all that are equally near, as they stand in `known`
 */
export function closestMatches(name: string, known: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  const apart = known.map((one) => leven(name, one));
  const least = Math.min(most, ...apart);
  return known.filter((_, at) => apart[at] === least);
}
