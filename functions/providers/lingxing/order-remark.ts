import { cutText, filled } from "../../../shared/connector/fit-text.ts";
import { shownProperties } from "../../../shared/connector/shown-properties.ts";
import type { Order } from "../../../shared/order.ts";
import type { Outgoing } from "../provider.ts";

const TAX_IDS: Record<NonNullable<Order["taxIds"]>[number]["type"], string> = {
  vat: "VAT",
  ioss: "IOSS",
  eori: "EORI",
  // CPF, codice fiscale, T.C. kimlik no …
  national: "Tax number",
  "tax-office": "Tax office",
};

/**
 * `remark`, which only the merchant's own people read: everything that has no field, in the order in which it matters if it
 * has to be cut.
 * @param max characters
 */
export function orderRemark({ order, lines }: Outgoing, max: number): string | undefined {
  const { taxIds = [], gift, giftMessage, note, shippingAddress } = order;
  const parts = [
    ...taxIds.map(({ type, value }) => filled(value) && `${TAX_IDS[type]} ${value.trim()}`),
    ...lines.flatMap(({ sku, properties }) =>
      shownProperties(properties).map(({ name, value }) => filled(value) && `${sku} ${name}: ${value}`),
    ),
    gift && !filled(giftMessage) ? "Gift" : undefined,
    note,
    shippingAddress?.remark,
  ];
  return filled(
    cutText(
      parts
        .map((part) => filled(part))
        .filter(Boolean)
        .join("\n"),
      max,
    ),
  );
}
