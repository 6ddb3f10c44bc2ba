import * as z from "zod/mini";
import { isDecimal, normalise } from "../decimal.ts";

/*
 * Schemas of what shops and marketplaces send. A field that is missing, null or empty has no value. The fields that an
 * order cannot do without (IDs, quantities, money) are strict.
 */

/** A field that becomes undefined if it is missing, null or not as expected. */
export const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined);

/** A field that may be missing or null, and else must be valid. */
export const maybe = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/** Trimmed; undefined if empty. */
export const Text = lenient(
  z.pipe(
    z.union([z.string(), z.number(), z.boolean()]),
    z.transform((value) => String(value).trim() || undefined),
  ),
);

/** A number keeps the digits it was written with (shared/json.ts). */
export const Id = z.pipe(
  z.union([z.string().check(z.minLength(1)), z.number()]),
  z.transform((id) => String(id)),
);

/** ISO 8601 with a zone. */
export const Time = z.iso.datetime({ offset: true });

export const Flag = lenient(z.boolean());

/** Strict: an unreadable amount must not be dropped. */
export const Amount = z.pipe(
  z.union([z.string().check(z.refine(isDecimal, "not a decimal amount")), z.number()]),
  z.transform((amount) => normalise(String(amount))),
);

/** A list. Missing, null and an empty object (as PHP writes an empty list) become an empty list. */
export const list = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.transform((given) => (given === null || given === undefined || isEmptyObject(given) ? [] : given)),
    z.array(schema),
  );

const isEmptyObject = (given: unknown): boolean =>
  isObject(given) && !Array.isArray(given) && Object.keys(given).length === 0;

interface NameValue {
  name: string;
  value?: string | undefined;
}

/**
 * `[{name, value}]`, or an object, as some apps write. Names and values may be anything: an object becomes JSON text,
 * and an entry without a name is dropped. No entry makes the others invalid.
 */
export const NameValues = z.transform((given: unknown): NameValue[] => {
  if (!isObject(given)) return [];
  if (!Array.isArray(given)) return Object.entries(given).flatMap(([name, value]) => named(name, value));
  return given.flatMap((entry: unknown) =>
    isObject(entry) ? named(Reflect.get(entry, "name"), Reflect.get(entry, "value")) : [],
  );
});

const isObject = (given: unknown): given is object => typeof given === "object" && given !== null;

function named(name: unknown, value: unknown): NameValue | [] {
  const text = textOf(name);
  return text === undefined ? [] : { name: text, value: textOf(value) };
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
