import { isIP } from "node:net";
import * as z from "zod/mini";
import { isCurrency } from "../../iso-codes.ts";

/** Serializer fields of Django REST framework, with its messages. */

export const text = (max: number) =>
  z
    .string("Not a valid string.")
    .check(z.refine((value) => [...value].length <= max, `Ensure this field has no more than ${max} characters.`));

export const filledText = (max: number) =>
  text(max).check(z.refine((value) => value.trim() !== "", "This field may not be blank."));

export const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullish(schema);

/** A related object's key: a number, or its digits. */
export const pk = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^\d+$/))], "Incorrect type. Expected pk value."),
  z.transform(Number),
);

export const whole = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^-?\d+$/))], "A valid integer is required."),
  z.transform(Number),
);

export const flag = z.boolean("Must be a valid boolean.");

/** A JSON number, or one as text. @returns the digits */
export const money = (places: number) =>
  z.pipe(
    z.union([z.number(), z.string().check(z.regex(/^-?\d+(\.\d+)?$/))], "A valid number is required."),
    z
      .transform(String)
      .check(
        z.refine(
          (digits) => (digits.split(".")[1] ?? "").length <= places,
          `Ensure that there are no more than ${places} decimal places.`,
        ),
      ),
  );

/** Of an order that is only being created. */
export const nothing = (places: number) =>
  money(places).check(z.refine((digits) => Number(digits) === 0, "A new order has no refunds."));

export const notNegative = (places: number) =>
  money(places).check(z.refine((digits) => Number(digits) >= 0, "Ensure this value is greater than or equal to 0."));

/** In percent: 0.19 would be taken for less than one. */
export const percent = (places: number) =>
  notNegative(places).check(
    z.refine((digits) => Number(digits) === 0 || (Number(digits) >= 1 && Number(digits) <= 100), "Not a percentage."),
  );

export const instant = z.iso.datetime({
  offset: true,
  error:
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
});
export const date = z.iso.date("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
export const address = z.string().check(z.refine((value) => isIP(value) !== 0, "Enter a valid IPv4 or IPv6 address."));
export const email = text(254).check(z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Enter a valid email address."));
export const slug = text(128).check(
  z.regex(/^[-\w]+$/, 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
);
/** A JSONField; a dictionary if the document has one. */
export const dictionary = z.record(z.string(), z.unknown(), "Expected a dictionary of items.");
export const currency = z
  .string()
  .check(
    z.refine((code) => code === code.toLowerCase() && isCurrency(code.toUpperCase()), "This is not a valid choice."),
  );
