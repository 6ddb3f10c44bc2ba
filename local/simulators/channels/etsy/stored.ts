import { parseExactly } from "../../exact-json.ts";
import type { BesideReceipt } from "./receipt-resource.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A receipt as it is stored: as Etsy shows it, and what is beside it. */
export function storedIn(text: string): { receipt: Fields; beside: Partial<BesideReceipt> } {
  const { beside, ...receipt } = parseExactly(text) as Fields & { beside?: Partial<BesideReceipt> };
  return { receipt, beside: beside ?? {} };
}
