/** What a row of a provider's list is to a look-up. `unknown`: it may be ours, so the look-up proves nothing. */
export type Recognised = "ours" | "another" | "unknown";

interface Evidence {
  reference: string;
  /** Whether an identifying field, as the connector reads it, is exactly ours. */
  isOurs: boolean;
  /** The identifying fields as the row shows them, unread. */
  identifying: readonly unknown[];
  /** Whether the row answers a query for our reference alone; then it is never another's. */
  isAnswerToOurs?: boolean;
  /** Whether what else it shows is surely not ours: other lines, too old. Asked only where no identifying field is shown. */
  isSurelyOther?: () => boolean;
}

/**
 * Whether a row is our order. Absence is proved only by rows that could have been recognised (design.md P3): a row that
 * names our reference in a field, or in a form, that we do not read, or that shows no identifying field, is `unknown`.
 * @param row as it arrived
 */
export function recognise(row: unknown, evidence: Evidence): Recognised {
  const { reference, isOurs, identifying, isAnswerToOurs = false, isSurelyOther = () => false } = evidence;
  if (isOurs) return "ours";
  if (isAnswerToOurs || mentions(row, reference) || identifying.some((value) => isRewritten(value, reference))) {
    return "unknown";
  }
  return identifying.some(isReadable) || isSurelyOther() ? "another" : "unknown";
}

/**
 * Whether an identifying field has a value. Servers write "none" in many ways (KakaClo the text NULL), mask what they do
 * not show, and write an object where they meant its text.
 */
export const isReadable = (value: unknown): boolean =>
  (typeof value === "number" || typeof value === "string") &&
  !/^(0|-|null|nil|none|undefined|n\/?a|\[object .*|.*[*•]{3}.*|)$/is.test(String(value).trim());

/** Characters of a beginning that no other order's reference has; a server that cuts texts leaves as many. */
const CUT_TO = 16;

/** Whether an identifying field is our reference, but for its punctuation, or cut. */
function isRewritten(value: unknown, reference: string): boolean {
  if (typeof value !== "string") return false;
  const [text, ours] = [lettersOf(value), lettersOf(reference)];
  return text === ours || (text.length >= CUT_TO && ours.startsWith(text));
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Characters of references: `SHO1-1001` is not mentioned by `SHO1-10010`, nor by `SHO1-1001-g2`. */
const PART = "[a-z0-9_-]|\\.[a-z0-9]";

/** Whether a text anywhere in a value, or the name of a field, has the reference, in whatever case. */
export function mentions(value: unknown, reference: string): boolean {
  const escaped = reference.toLowerCase().replace(/[^a-z0-9]/g, "\\$&");
  const whole = new RegExp(`(?<![a-z0-9._-])${escaped}(?!${PART})`);
  return hasText(value, (text) => whole.test(text.toLowerCase()));
}

function hasText(value: unknown, fits: (text: string) => boolean): boolean {
  if (typeof value === "string") return fits(value);
  if (typeof value === "number") return fits(String(value));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => fits(key) || hasText(inner, fits));
}
