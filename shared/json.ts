/**
 * Parses JSON without losing a digit. A number stays a number only if JavaScript prints it exactly as it was written;
 * any other (18-digit IDs, `1.20`, `1e3`) becomes the text as written. `JSON.parse` alone turns Shopify's
 * 820982911946154508 into …4500.
 * @throws SyntaxError for text that is not JSON, or is nested too deeply to be an order
 */
export function parseJson(text: string): unknown {
  refuseBomb(text);
  try {
    return (JSON.parse as ParseWithSource)(text, (_key, value, context) =>
      typeof value === "number" && context?.source !== undefined && String(value) !== context.source
        ? context.source
        : value,
    );
  } catch (error) {
    // The reviver recurses: 10 MB of nested arrays exhaust the stack, which is the sender's error.
    if (error instanceof RangeError) throw new SyntaxError("JSON nested too deeply");
    throw error;
  }
}

/** Far beyond any order. 6 MB of brackets are a gigabyte of arrays once they are parsed. */
const DEEPEST = 500;
const MOST = 250_000;

/** Checks depth and number of arrays and objects, in one pass over the text. @throws SyntaxError */
function refuseBomb(text: string): void {
  let depth = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === "[" || char === "{") {
      count += 1;
      depth += 1;
      if (depth > DEEPEST) throw new SyntaxError("JSON nested too deeply");
      if (count > MOST) throw new SyntaxError("JSON of too many arrays and objects");
    } else if (char === "]" || char === "}") depth -= 1;
  }
}

/** Index of the quote that closes the string that opens at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** ECMAScript's "JSON.parse source text access", in V8 since 11.4; TypeScript's library does not declare it yet. */
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
) => unknown;
