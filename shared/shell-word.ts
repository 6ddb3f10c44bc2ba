/**
 * A text as one word of a POSIX shell: a command that contains it can be pasted, whatever a sender put into it.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Whether JSON writes a text as it is: printable ASCII without quotes and backslashes. Only the shell word of such a text
 * is the same word in JSON: of `it's`, the shell word 'it'\''s' has a backslash, which JSON doubles.
 */
export const isSameInJson = (text: string): boolean => /^[ !#-&(-[\]-~]*$/.test(text);
