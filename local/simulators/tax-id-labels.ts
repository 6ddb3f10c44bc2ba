/** What a made-up shop calls a buyer's tax number in a field of its own, where the channel has no field for it. */
export const TAX_ID_LABELS = {
  vat: "VAT ID",
  ioss: "IOSS",
  eori: "EORI",
  national: "Tax ID",
  "tax-office": "Tax office",
} as const;
