/**
 * Quotes a provider's answer for the reason in the ledger: one line of at most 500 characters, without the secrets that
 * a server may echo from our request.
 */
export function quoteAnswer(text: string, secrets: readonly string[]): string {
  let quoted = text;
  for (const secret of secrets) {
    // A server that quotes our request in JSON escapes it.
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])) {
      if (form) quoted = quoted.replaceAll(form, "***");
    }
  }
  return [
    ...quoted
      .slice(0, 2_000)
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim(),
  ]
    .slice(0, 500)
    .join("");
}
