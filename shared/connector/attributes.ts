export interface Attribute {
  name: string;
  value?: string | undefined;
}

/** Attribute names that shops, themes and apps use for data that an order has no field for. None is a channel's own. */
const NAMES = {
  gift: ["gift", "is_gift", "gift_order", "gift_wrap", "gift_wrapping"],
  giftMessage: ["gift_message", "gift_note", "gift_card_message"],
  remark: ["delivery_instructions", "delivery_remark", "delivery_note", "shipping_instructions"],
  deliveryDate: ["delivery_date", "requested_delivery_date"],
  shipBy: ["ship_by", "ship_by_date", "shipping_date"],
  vat: ["vat", "vat_id", "vat_number", "ust_id", "ust_idnr"],
  ioss: ["ioss", "ioss_number"],
  eori: ["eori", "eori_number"],
  national: ["tax_id", "national_id", "cpf", "cnpj", "cpf_cnpj", "codice_fiscale", "tckn", "tc_kimlik_no", "pccc"],
  "tax-office": ["tax_office", "vergi_dairesi"],
} as const;

/** `Gift Message`, `gift-message` and `giftMessage` are one name. */
const plain = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");

/** The value of the first attribute that has one of the names. */
export function attribute(attributes: readonly Attribute[], what: keyof typeof NAMES): string | undefined {
  const names: readonly string[] = NAMES[what];
  return attributes.find(({ name, value }) => value !== undefined && names.includes(plain(name)))?.value;
}

export const isYes = (value: string): boolean => !/^(?:0|no|false|off|none|nein|non)$/i.test(value.trim());
