/**
 * One line of output in which every control and format character is written out (`\u{1b}`): order IDs, SKUs and
 * providers' texts are their senders' own, and must neither steer the terminal nor look like a line of ours.
 */
export const terminalText = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
