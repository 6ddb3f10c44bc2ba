import * as z from "zod/mini";
import { defined } from "../defined.ts";
import type { Missing } from "../stage/config.ts";

/** Countries whose addresses have a state or province: without one, no parcel arrives there. */
const WITH_PROVINCES = "AE AR AU BR CA CL CN CO EG ES GT ID IN IT JP KR MX MY NG NZ PA PE PH TH US VE ZA".split(" ");

/** Settings of a provider whose document requires a province, though most countries have none in their addresses. */
export const provinceSettings = {
  /** Sent where neither order nor `missing` has one, and the country has no provinces. */
  noProvince: z._default(z.string().check(z.minLength(1)), "-"),
  /** Countries, by code, where `noProvince` is never sent; "*" for all. */
  provinceRequired: z._default(z.array(z.string()), WITH_PROVINCES),
};

interface Settings {
  noProvince: string;
  provinceRequired: readonly string[];
}

/**
 * What may be sent where an order has no province. The word for "none" never goes where an address has a province: there
 * it would hide a mistake.
 * @returns `none`: undefined where an address has one; `missing` of the destination, without that word there
 */
export function provinceOrNone(
  country: string,
  missing: Missing,
  { noProvince, provinceRequired }: Settings,
): { none: string | undefined; missing: Missing } {
  const isRequired = provinceRequired.some((code) => code === country || code === "*");
  return isRequired ? { none: undefined, missing: withoutWord(missing, noProvince) } : { none: noProvince, missing };
}

const withoutWord = ({ province, provinceCode, ...rest }: Missing, none: string): Missing => ({
  ...rest,
  ...(province !== none && defined({ province })),
  ...(provinceCode !== none && defined({ provinceCode })),
});
