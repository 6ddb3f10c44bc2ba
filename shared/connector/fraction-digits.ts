/** Digits after the point of a currency's amounts, ISO 4217 as ICU has it: 2 for EUR, 0 for JPY, 3 for KWD. */
export const fractionDigits = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
