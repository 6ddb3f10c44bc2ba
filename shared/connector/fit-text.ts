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
 * Street lines within the provider's limit: a line that is too long continues in the next one, broken at a word. Lines
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
  const tooLong = () =>
    new Rejected(`The order's street does not fit the ${lines} lines of ${max} characters that ${destination} takes.`);
  const fitted: string[] = [];
  let over = "";
  for (let index = 0; index < Math.max(lines, given.length); index++) {
    const line = [over, given[index]?.trim()].filter(Boolean).join(", ");
    if (index >= lines && line) throw tooLong();
    if (index >= lines) break;
    const [fits, rest] = breakAtWord(line, max);
    if (rest && !fits) throw tooLong();
    fitted.push(fits);
    over = rest;
  }
  if (over) throw tooLong();
  return fitted;
}

/** @returns the beginning of a line, of at most `max` characters, and the rest; "" and the line where one word is longer */
export function breakAtWord(line: string, max: number): [fits: string, rest: string] {
  const characters = [...line];
  if (characters.length <= max) return [line, ""];
  // One character more than fits: a space right after the limit is a place to break, too.
  const at = characters.slice(0, max + 1).findLastIndex((character) => /\s/.test(character));
  if (at <= 0) return ["", line];
  return [
    characters
      .slice(0, at)
      .join("")
      .replace(/[\s,]+$/, ""),
    characters.slice(at).join("").trimStart(),
  ];
}

/** Without spaces around it; undefined where nothing is left. */
export const filled = (text: string | undefined): string | undefined => text?.trim() || undefined;
