import leven from "leven";

/**
 * The known names that differ from a misspelt one in the fewest letters.
 * @param most at most this many letters may differ; default: any number
 * @returns all that are equally close, in the order of `known`
 */
export function closestMatches(name: string, known: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  const apart = known.map((one) => leven(name, one));
  const least = Math.min(most, ...apart);
  return known.filter((_, at) => apart[at] === least);
}
