import { type Decimal, normalise } from "../decimal.ts";

/** A JSON number with exactly these digits, as `JSON.stringify` writes it. */
export type ExactNumber = object;

/** ECMAScript's "JSON.parse source text access", in V8 since 11.4; TypeScript's library does not declare it yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): ExactNumber };

/** For documents that want money as a JSON number: it never was a float. */
export const exactNumber = (amount: Decimal): ExactNumber => rawJSON(normalise(amount));
