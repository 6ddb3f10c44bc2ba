import type { ServiceLevel, Settings } from "./settings.ts";

/**
 * Shops name their methods freely; these words come from the names of carriers' products. The settings take precedence.
 */
const PRIORITY = /\b(?:overnight|next[\s_-]?day|same[\s_-]?day|24\s?h)\b/i;
const EXPEDITED = /\b(?:express|expedited|priority|rush|(?:2|two|second|2nd)[\s_-]?day|48\s?h)\b/i;

/** Which of our three speeds a shipping method has: by the connection's settings, else by its words, else standard. */
export function serviceLevel(
  { title, code }: { title?: string | undefined; code?: string | undefined },
  { serviceLevels }: Pick<Settings, "serviceLevels">,
): ServiceLevel {
  const names = [title, code].filter((name) => name !== undefined);
  for (const [method, level] of Object.entries(serviceLevels)) {
    if (names.some((name) => name.trim().toLowerCase() === method.trim().toLowerCase())) return level;
  }
  // An underscore is part of a word to \b.
  const words = names.join(" ").replaceAll("_", " ");
  if (PRIORITY.test(words)) return "priority";
  return EXPEDITED.test(words) ? "expedited" : "standard";
}
