import type * as z from "zod/mini";
import { MalformedEvent } from "../errors.ts";

/** A name in a path. Any other text may be the sender's own (a key of a map, for example), and is not quoted. */
const NAME = /^[\w-]{1,64}$/;
/** Issues whose text names the rule and never the value. */
const RULES: ReadonlySet<string | undefined> = new Set(["custom", "invalid_format"]);

/** `line_items.0.price`; `*` for a part that is not a plain name, `body` for the whole value. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.map((part) => (NAME.test(String(part)) ? String(part) : "*")).join(".") || "body";

/**
 * The error for an event that does not match its schema: names the first wrong field and counts the others.
 * @param under where in the event the parsed value lies: `["data"]`
 */
export function malformed({ issues }: z.core.$ZodError, under: readonly string[] = []): MalformedEvent {
  const [first, ...others] = issues;
  const rule = RULES.has(first?.code) && first?.message !== "Invalid input" ? ` (${first?.message})` : "";
  const more = others.length > 0 ? `, and ${others.length} more are` : "";
  return new MalformedEvent({
    field: fieldPath([...under, ...(first?.path ?? [])]),
    problem: `is missing or wrong${rule}${more}`,
  });
}
