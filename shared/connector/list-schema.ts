import * as z from "zod/mini";

/*
 * Schemas of the lists that a look-up reads. What cannot be read must neither fail the look-up, as another order's row
 * may have any shape, nor pass for proof that our order is absent.
 */

/** A whole number, as a number or as text. Nothing else is one: `Number(null)` and `Number("")` are 0. */
export const Count = z.pipe(
  z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\s*\d{1,15}\s*$/))]),
  z.transform(Number),
);

/** How many rows the whole list has; NaN where it cannot be read, so that no scan has seen them all (scan-pages.ts). */
export const Total = z.catch(Count, Number.NaN);

/** The rows of a list. `null` is an empty one: Go and Java write that. A list that is absent is none. */
export const rowsOf = <T extends z.ZodMiniType>(row: T) =>
  z.pipe(
    z.nullable(z.array(row)),
    z.transform((rows): z.output<T>[] => rows ?? []),
  );

/** A field as trimmed text; "" where it is absent, null, or neither text nor number. */
export const Shown = z.catch(
  z.pipe(
    z.union([z.string(), z.number()]),
    z.transform((value) => String(value).trim()),
  ),
  "",
);

/** A field that may also be absent: `z.unknown()` alone wants it to be there. */
export const Anything = z.optional(z.unknown());

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A row by the fields that `schema` reads, each of which must accept anything (`Shown`, `Anything`), and as it
 * arrived.
 */
export const looseRow = <T extends z.ZodMiniObject>(schema: T) =>
  z.pipe(
    z.unknown(),
    z.transform((raw) => ({ ...z.parse(schema, isObject(raw) ? raw : {}), raw })),
  );
