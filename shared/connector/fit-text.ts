import { Rejected } from "../errors.ts";

/**
 * In Unicode characters (code points): no document says which unit its limits count [ASSUME, reference/providers.md
 * 5b].
 */
export const lengthOf = (text: string): number => [...text].length;

/** For notes and remarks only: cut to `max` characters, the last of them "…". */
export function cutText(text: string, max: number): string {
  const characters = [...text.trim()];
  return characters.length <= max
    ? characters.join("")
    : `${characters
        .slice(0, max - 1)
        .join("")
        .trimEnd()}…`;
}

/**
 * For names, phones, codes and references, which are never cut: a shortened phone number is another number.
 * @param field its name in the message: "recipient"
 * @throws Rejected if it is longer than the destination takes
 */
export function wholeText(text: string, max: number, field: string, destination: string): string {
  const whole = text.trim();
  if (lengthOf(whole) <= max) return whole;
  throw new Rejected(
    `The order's ${field} has ${lengthOf(whole)} characters, and ${destination} takes at most ${max}: shorten it in the order.`,
  );
}

/**
 * Street lines within the provider's limit: a line that is too long continues in the next one, broken at a word, or
 * after a comma or hyphen where words leave too much empty, or between two characters of a script without spaces. Lines
 * that fit stay as they are, so that line two of the order is line two there.
 * @param given the order's lines, first to last
 * @param lines how many the provider has
 * @returns exactly `lines` texts, "" for none
 * @throws Rejected if the whole street does not fit, or one word alone is too long
 */
export function fitStreet(
  given: readonly (string | undefined)[],
  { lines, max, destination }: { lines: number; max: number; destination: string },
): string[] {
  for (const isBreak of [AT_WORD, AFTER_MARK, IN_SCRIPT_WITHOUT_SPACES]) {
    const fitted = fitLines(given, lines, (line) => breakAt(line, max, isBreak));
    if (fitted) return fitted;
  }
  const length = lengthOf(given.flatMap((line) => line?.trim() || []).join(", "));
  throw new Rejected(
    `The order's street has ${length} characters and does not fit the ${lines} lines of ${max} that ${destination} takes: shorten it in the order.`,
  );
}

function fitLines(
  given: readonly (string | undefined)[],
  lines: number,
  breakLine: (line: string) => [fits: string, rest: string],
): string[] | undefined {
  const fitted: string[] = [];
  let over = "";
  for (let index = 0; index < Math.max(lines, given.length); index++) {
    const line = [over, given[index]?.trim()].filter(Boolean).join(", ");
    if (index >= lines) {
      if (line) return undefined;
      continue;
    }
    const [fits, rest] = breakLine(line);
    if (rest && !fits) return undefined;
    fitted.push(fits);
    over = rest;
  }
  return over ? undefined : fitted;
}

/** Whether a line may end before the second character. */
type IsBreak = (before: string, after: string) => boolean;

const AT_WORD: IsBreak = (_, after) => /\s/.test(after);
/** `12/3` and `12-14` are one number. */
const AFTER_MARK: IsBreak = (before, after) =>
  AT_WORD(before, after) || /[,;、，・]/.test(before) || after === "," || (/[/-]/.test(before) && !/\d/.test(after));
/** Between a number and such a character, too; a number or a word of letters stays whole. */
const IN_SCRIPT_WITHOUT_SPACES: IsBreak = (before, after) =>
  AFTER_MARK(before, after) || WITHOUT_SPACES.test(before) || WITHOUT_SPACES.test(after);
const WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー々]/u;

/** @returns the beginning of a line, of at most `max` characters, and the rest; "" and the line where one word is longer */
export const breakAtWord = (line: string, max: number): [fits: string, rest: string] => breakAt(line, max, AT_WORD);

function breakAt(line: string, max: number, isBreak: IsBreak): [fits: string, rest: string] {
  const characters = [...line];
  if (characters.length <= max) return [line, ""];
  // One character more than fits: a space right after the limit is a place to break, too.
  const at = characters
    .slice(0, max + 1)
    .findLastIndex((character, index) => index > 0 && isBreak(characters[index - 1] ?? "", character));
  if (at <= 0) return ["", line];
  return [
    characters
      .slice(0, at)
      .join("")
      .replace(/[\s,]+$/, ""),
    characters
      .slice(at)
      .join("")
      .replace(/^[\s,]+/, ""),
  ];
}

/** Without spaces around it; undefined where nothing is left. */
export const filled = (text: string | undefined): string | undefined => text?.trim() || undefined;
