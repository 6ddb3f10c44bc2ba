/**
 * Parses JSON without losing a digit. A number stays a number only if JavaScript prints it exactly as it was written;
 * any other (18-digit IDs, `1.20`, `1e3`) becomes the text as written. `JSON.parse` alone turns Shopify's
 * 820982911946154508 into …4500.
 * @throws SyntaxError for text that is not JSON, or is nested too deeply to be an order
 */
export function parseJson(text: string): unknown {
  // Asking the parser for the source of every value takes three times as long, and few texts need it.
  if (isExact(text)) return JSON.parse(text);
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

const [QUOTE, BACKSLASH, MINUS, NINE] = [0x22, 0x5c, 0x2d, 0x39];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const NUMBER = /-?[\d.eE+-]*/y;

/**
 * Checks depth and number of arrays and objects, in one pass over the text.
 * @returns whether JavaScript prints every number as it is written
 * @throws SyntaxError
 */
function isExact(text: string): boolean {
  let depth = 0;
  let count = 0;
  let exact = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      count += 1;
      depth += 1;
      if (depth > DEEPEST) throw new SyntaxError("JSON nested too deeply");
      if (count > MOST) throw new SyntaxError("JSON of too many arrays and objects");
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth -= 1;
    else if (exact && code >= MINUS && code <= NINE) {
      NUMBER.lastIndex = at;
      const [token = ""] = NUMBER.exec(text) ?? [];
      exact = String(Number(token)) === token;
      at += Math.max(0, token.length - 1);
    }
  }
  return exact;
}

/** Index of the quote that closes the string that opens at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** ECMAScript's "JSON.parse source text access", in V8 since 11.4; TypeScript's library does not declare it yet. */
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
) => unknown;
