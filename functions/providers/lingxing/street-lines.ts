import { breakAtWord, filled, lengthOf } from "../../../shared/connector/fit-text.ts";
import { Rejected } from "../../../shared/errors.ts";

interface Lines {
  address1: string;
  address2?: string;
}

interface Limits {
  address1: number;
  address2: number;
}

/**
 * What an address says below its city, in the two lines that Lingxing has. The first part is the first line and the others
 * the second; what the second cannot hold moves up as a whole, and only a text that fits nowhere is broken at a word.
 * @param parts the street first; at least one is filled
 * @throws Rejected if all of it does not fit
 */
export function streetLines(parts: readonly (string | undefined)[], limits: Limits, destination: string): Lines {
  const texts = parts.map(filled).filter((text) => text !== undefined);
  const whole = texts.join(", ");
  const splits = texts.map((_, index) => [texts.slice(0, index + 1).join(", "), texts.slice(index + 1).join(", ")]);
  for (const [address1 = "", address2 = ""] of [...splits, breakAtWord(whole, limits.address1)]) {
    const fits = lengthOf(address1) <= limits.address1 && lengthOf(address2) <= limits.address2;
    if (address1 && fits) return { address1, ...(address2 && { address2 }) };
  }
  throw new Rejected(
    `The order's street, with company and district, has ${lengthOf(whole)} characters, and ${destination} takes at most ${limits.address1} in the first line and ${limits.address2} in the second: shorten it in the order.`,
  );
}
