import { Rejected } from "../errors.ts";
import type { Missing } from "../stage/config.ts";

/** Where a value is going; a provider's `Account` is one. */
export interface Recipient {
  /** `kakaclo/demo` */
  destination: string;
  /** The destination's `missing` in the stage file. */
  missing: Missing;
}

/**
 * What the provider requires: the order's own value, else the destination's default, never an invented one
 * (reference/providers.md 5b). White space around it is dropped, and alone it is no value.
 * @param field as a person calls it, for the sentence: "phone number"
 * @param setting which entry of `missing` may stand in; without one nothing may
 * @throws Rejected in one sentence naming field, destination and setting
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
