import type { Address, Order } from "./order.ts";

/** What marketplaces print over a buyer's data until it may be seen. */
const MASK = "[*＊∗•●█▓○]";
/** Three or more anywhere, or two that hide letters or digits, or are a word of their own. */
const RUN = new RegExp(`${MASK}{3}|(?:^|[\\p{L}\\p{N}+@.(\\s-])${MASK}{2}(?:$|[\\p{L}\\p{N}@.)\\s,-])`, "u");
/** A single one in a short word: "J*n", "王*明", "Ada L*". */
const SINGLE = new RegExp(`^\\p{L}{0,2}${MASK}\\p{L}{0,2}$|(?:^|\\s)\\p{L}{1,2}${MASK}(?=\\s|$)`, "u");
/** Characters that are looked at: no name or street is longer, and these patterns take long over millions. */
const LONGEST = 300;
/** Whole texts that say it: "[redacted]", "XXXX". "Piazza XXX Maggio" is an address. */
const WORD = /^[[({<"']*(?:redacted|masked|hidden|anonymi[sz]ed|removed|x{3,})[\])}>"'.]*$/i;
/** "**Ring twice**": emphasis, with words between. */
const EMPHASIS = /^\*{1,3}[^*]*\p{L}{3}[^*]*\*{1,3}$/u;

/**
 * Whether a channel shows a text only in part, or not at all: `****`, `J***n`, `+60******12`. Such a value counts as
 * missing: it is never stored, never sent, and never taken for a new one.
 */
export function isMasked(text: string): boolean {
  if (text.length > LONGEST) return RUN.test(text.slice(0, LONGEST));
  const trimmed = text.trim();
  if (EMPHASIS.test(trimmed)) return false;
  return RUN.test(trimmed) || SINGLE.test(trimmed) || WORD.test(trimmed);
}

/** No parcel arrives without them, where the order has them. A phone number may be masked for good. */
const WHERE = [
  "name",
  "firstName",
  "lastName",
  "street1",
  "street2",
  "district",
  "city",
  "province",
  "postcode",
] as const satisfies (keyof Address)[];

/** An order without its masked values. */
export interface Unmasked {
  order: Order;
  /** Fields of the shipping address that a parcel needs, that the channel masks, and that are not known either. */
  masked: readonly string[];
  /** Something of the order is masked. */
  hasMasks: boolean;
}

/**
 * Removes what the channel masks of addresses, buyer and tax numbers.
 * @param known the order as it was before: what it has in place of a masked value stays, unless what the channel still
 * shows of the shipping address says that it is another one
 */
export function withoutMasks(order: Order, known?: Order): Unmasked {
  const { shippingAddress, billingAddress, buyer, taxIds } = order;
  const shown = shippingAddress && replaced(shippingAddress, undefined);
  const isElsewhere = PLACE.some((field) => shown?.[field] && shown[field] !== known?.shippingAddress?.[field]);
  const address = shippingAddress && replaced(shippingAddress, isElsewhere ? undefined : known?.shippingAddress);
  return {
    order: {
      ...order,
      shippingAddress: address,
      ...(billingAddress && { billingAddress: replaced(billingAddress, known?.billingAddress) }),
      ...(buyer && { buyer: replaced(buyer, known?.buyer) }),
      ...(taxIds && { taxIds: taxIds.flatMap((id) => (isMasked(id.value) ? taxIdsOf(known, id) : id)) }),
    },
    masked: WHERE.filter((field) => isMasked(shippingAddress?.[field] ?? "") && !address?.[field]),
    hasMasks:
      [shippingAddress, billingAddress, buyer].some((part) => part && maskedFields(part).length > 0) ||
      (taxIds ?? []).some(({ value }) => isMasked(value)),
  };
}

type TaxId = NonNullable<Order["taxIds"]>[number];

const taxIdsOf = (known: Order | undefined, { type }: TaxId): TaxId[] =>
  (known?.taxIds ?? []).filter((id) => id.type === type);

/** By these the masked address of one place differs from that of another. */
const PLACE = ["country", "province", "postcode", "city", "street1"] as const satisfies (keyof Address)[];

/** What the buyer writes to the driver is no mask. */
const FREE_TEXT = "remark";

function replaced<T extends object>(given: T, known: Partial<T> | null | undefined): T {
  const values: [string, unknown][] = maskedFields(given).map((name) => [name, known?.[name]]);
  return values.length === 0 ? given : { ...given, ...Object.fromEntries(values) };
}

const maskedFields = <T extends object>(given: T): (keyof T & string)[] =>
  Object.entries(given).flatMap(([name, value]) =>
    typeof value === "string" && name !== FREE_TEXT && isMaskedAs(name, value) ? [name as keyof T & string] : [],
  );

const isMaskedAs = (name: string, value: string): boolean =>
  isMasked(value) || (name === "phone" && /x{3}/i.test(value));
