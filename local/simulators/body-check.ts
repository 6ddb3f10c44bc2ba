import * as z from "zod/mini";

/**
 * A server's complaint about a body: which field, and whether it is missing, has the wrong type or a bad value, or is
 * none of the document's (`z.strictObject`).
 */
export interface Complaint {
  /** `orderItemsList.0.quantity`; "" for the body itself. */
  readonly field: string;
  readonly what: "missing" | "type" | "value" | "unknown";
  readonly message: string;
}

/** @returns the body, or the first complaint about it */
export function checkBody<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: unknown,
): { ok: true; body: z.infer<Schema> } | { ok: false; complaint: Complaint } {
  const result = z.safeParse(schema, body);
  if (result.success) return { ok: true, body: result.data };
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    const field = [...path, ...issue.keys.slice(0, 1)].join(".");
    return { ok: false, complaint: { field, what: "unknown", message: "is not known" } };
  }
  const value = path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), body);
  const what = value === undefined || value === null ? "missing" : issue?.code === "invalid_type" ? "type" : "value";
  return { ok: false, complaint: { field: path.join("."), what, message: issue?.message ?? "" } };
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;

/** Text of at most so many Unicode characters. (ASSUME: no document says what its lengths count) */
export const textUpTo = (length: number) =>
  z.string().check(z.refine((text) => [...text].length <= length, `is longer than ${length}`));

/** The same, and not blank. */
export const requiredTextUpTo = (length: number) =>
  textUpTo(length).check(z.refine((text) => text.trim() !== "", "is required"));
