export interface Attribute {
  name: string;
  value?: string | undefined;
}

/** Names under which themes and apps keep what Shopify's order has no field for; none is Shopify's own. */
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

/** What the first attribute says that bears one of the names. */
export function attribute(attributes: readonly Attribute[], what: keyof typeof NAMES): string | undefined {
  const names: readonly string[] = NAMES[what];
  return attributes.find(({ name, value }) => value !== undefined && names.includes(plain(name)))?.value;
}

export const isYes = (value: string): boolean => !/^(?:0|no|false|off|none|nein|non)$/i.test(value.trim());

/** A day (`2026-12-24`, `2026/12/24`), taken as UTC from its beginning to its end, or an instant. Else nothing. */
export function period(text: string | undefined): { from: string; until: string } | undefined {
  const [, year, month, day] = /^(\d{4})[-/.](\d{2})[-/.](\d{2})$/.exec(text?.trim() ?? "") ?? [];
  if (day !== undefined) {
    const from = instant(`${year}-${month}-${day}T00:00:00.000Z`);
    return from ? { from, until: from.replace("00:00:00.000", "23:59:59.000") } : undefined;
  }
  const at = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text ?? "") ? instant(text ?? "") : undefined;
  return at ? { from: at, until: at } : undefined;
}

/** UTC, to the millisecond; `2026-02-30` is no day. */
export function instant(text: string): string | undefined {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return undefined;
  return text.endsWith("T00:00:00.000Z") && time.toISOString() !== text ? undefined : time.toISOString();
}
