import type { Decimal } from "../../../shared/decimal.ts";

/** A JSON number with exactly these digits, as `JSON.stringify` writes it. */
export type ExactNumber = object;

/** ECMAScript's "JSON.parse source text access", in V8 since 11.4; TypeScript's library does not declare it yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): ExactNumber };

/** Money as the document has it, a JSON number, that never was a float. @param amount as decimal.ts writes it, or an ID's digits */
export const exactNumber = (amount: Decimal): ExactNumber => rawJSON(amount);
