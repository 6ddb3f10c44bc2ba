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

/** In the languages that shops and apps are written in. */
const YES = new Set(
  (
    "1 true yes y yep on ok checked ✓ ✔ ☑ ja oui si sí sì sim tak ano áno да так є igen da ναι ναί evet var kyllä " +
    "jah taip jā po hai ya iya có vâng oo opo ใช่ はい 有り あり 希望する 是 是的 要 好 有 需要 예 네 있음 हाँ हां نعم כן այո კი დიახ"
  ).split(" "),
);

/**
 * Whether a text says yes: "Ja", "Yes (+ 5 EUR)". An unknown word is no yes: it stays in the order's attributes, and
 * nothing is done that costs money.
 */
export function isYes(value: string): boolean {
  const [statement = ""] = value.normalize("NFC").split(/[,;:.!(/、。（–—]|\s-/);
  return YES.has(statement.trim().toLowerCase());
}
