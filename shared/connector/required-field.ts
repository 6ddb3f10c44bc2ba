import { Rejected } from "../errors.ts";
import type { Missing } from "../stage/config.ts";

/** The destination that a value is sent to; a provider's `Account` is one. */
export interface Recipient {
  /** `kakaclo/demo` */
  destination: string;
  /** The destination's `missing` in the stage file. */
  missing: Missing;
}

/**
 * A value that the provider requires: the order's own, trimmed, else the destination's default, never an invented one
 * (reference/providers.md 5b).
 * @param field its name in the message: "phone number"
 * @param setting the entry of `missing` that is the default; absent if there is none
 * @throws Rejected with one sentence that names field, destination and setting
 */
export function requiredField(
  value: string | undefined,
  field: string,
  { destination, missing }: Recipient,
  setting?: keyof Missing,
): string {
  const found = value?.trim() || (setting && missing[setting]?.trim());
  if (found) return found;
  const remedy = setting
    ? `set missing.${setting} of that destination in the stage file, or add it to the order`
    : "add it to the order; no setting can stand in for it";
  throw new Rejected(`The order has no ${field}, which ${destination} requires: ${remedy}.`);
}
