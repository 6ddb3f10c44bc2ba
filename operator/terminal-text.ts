const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * One line of output in which every control and format character is written out (`\u{1b}`): order IDs, SKUs and
 * providers' texts are their senders' own, and must neither steer the terminal nor look like a line of ours.
 */
export const terminalText = (line: string): string =>
  line.replace(STEERING, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/** Indented JSON for a program or a terminal: it reads as the same value, and steers no terminal. */
export const terminalJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(STEERING, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(""),
  );

const escapeOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;
