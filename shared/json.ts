/**
 * Parses JSON without losing a digit: a number stays a number only where JavaScript prints it back exactly as it was
 * written; every other one (18-digit IDs, `1.20`, `1e3`) becomes the text it was written as. `JSON.parse` alone turns
 * Shopify's 820982911946154508 into …4500.
 * @throws SyntaxError for text that is not JSON, or is nested too deeply to be anybody's order.
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
    // The reviver recurses; 10 MB of nested arrays exhaust the stack, which is the sender's fault and not ours.
    if (error instanceof RangeError) throw new SyntaxError("JSON nested too deeply");
    throw error;
  }
}

/** Far beyond any order. 6 MB of brackets are a gigabyte of arrays once they are parsed. */
const DEEPEST = 500;
const MOST = 250_000;

/** @throws SyntaxError for arrays and objects that lie too deep in each other, or are too many; one pass over the text. */
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

/** Where the string that opens at `from` is closed. */
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
