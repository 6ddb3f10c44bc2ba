/** JSON.rawJSON is not yet in TypeScript's library. https://github.com/tc39/proposal-json-parse-with-source */
const rawJSON: (text: string) => unknown = Reflect.get(JSON, "rawJSON");

type ParseWithSource = (text: string, reviver: (key: string, value: unknown, context: Source) => unknown) => unknown;
type Source = { source?: string };

/** Parses JSON so that `JSON.stringify` writes every number as it was: 820982911946154508 stays a bare number of 18 digits. */
export function parseExactly(text: string): unknown {
  return (JSON.parse as ParseWithSource)(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}

/** An ID as a bare JSON number, whose last digits a JavaScript number would lose. */
export const bareNumber = (digits: string): unknown => rawJSON(digits);
