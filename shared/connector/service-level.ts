import type { ServiceLevel } from "../shipping-kind.ts";

/** Shops name their methods freely; these words come from the names of carriers' products. */
const PRIORITY = /\b(?:overnight|next[\s-]?day|same[\s-]?day|24\s?h)\b/i;
const EXPEDITED = /\b(?:express|expedited|priority|rush|(?:2|two|second|2nd)[\s-]?day|48\s?h)\b/i;

/** When the parcel leaves is no speed of carriage: "ships next day", "same day dispatch", "2 day handling". */
const LEAVES =
  /\b(?:ships?|shipped|dispatch\w*|despatch\w*|handling|handled|process\w*|prepar\w*|production|produced|made|packed|leaves|same[\s-]?day\s+shipping|sent|posted|mailed)\b|versand(?:fertig|t)|versand\s+(?:in|innerhalb|binnen)\b|\b(?:24|48)\s?h[\s-]*versand|(?:expédi|spedi|env[ií])\p{L}*\s+(?:en|em|in|sous|entro)(?!\p{L})|wysyłk|verzonden|verstuurd|odes[ií]l/iu;
/** "no Express", "kein Express", "non-express", "slower than Express" */
const NEGATED =
  /\b(?:no|not|non|without|than|kein\w*|nicht|ohne|sans|sin|sem|senza|pas)[\s-]+(?:an?\s+)?[\p{L}\d]+(?:[\s-]day)?/giu;
/** Characters of a method's name that are read: the patterns take long over millions. */
const LONGEST_NAME = 300;
/** Between the statements of a name: "Standard (ships next day)", "Same day dispatch, 5-7 days", "Free - tracked". */
const BETWEEN = /[,;()[\]|/·•:!]|\s[-–—]\s/;

/** Which of our three speeds a shipping method has, by the words of its title and code; else standard. */
export function serviceLevel({ title, code }: { title?: string | undefined; code?: string | undefined }): ServiceLevel {
  const statements = [title, code]
    // An underscore is part of a word to \b.
    .flatMap((name) => name?.slice(0, LONGEST_NAME).replaceAll("_", " ").split(BETWEEN) ?? [])
    .filter((statement) => !LEAVES.test(statement))
    .map((statement) => statement.replace(NEGATED, " "));
  if (statements.some((statement) => PRIORITY.test(statement))) return "priority";
  return statements.some((statement) => EXPEDITED.test(statement)) ? "expedited" : "standard";
}
