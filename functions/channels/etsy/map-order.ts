import * as z from "zod/mini";
import { type Attribute, attribute } from "../../../shared/connector/attributes.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { kindByWords } from "../../../shared/connector/shipping-words.ts";
import { compare, sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import type { ShippingKind } from "../../../shared/shipping-kind.ts";
import { mapLine, propertiesOf, travels } from "./map-line.ts";
import { lastChange, orderState, refundedOf } from "./order-state.ts";
import type { Receipt } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** A receipt with what the inventory says of its lines. */
export interface WholeOrder {
  receipt: Receipt;
  /** SKUs of lines that have none, by their ID. */
  skus?: ReadonlyMap<string, string> | undefined;
  /** Why the inventory cannot be read: the order is held for it. */
  unreadInventory?: string | undefined;
}

/**
 * @param shop the shop's ID, where the stage file names it
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(
  { receipt, skus, unreadInventory }: WholeOrder,
  shop: string | undefined,
  settings: Settings,
): Order {
  const state = orderState(receipt, settings);
  const isFulfilled = state.fulfilmentState === "fulfilled";
  const giftMessage = receipt.gift_message ?? attribute(personalisations(receipt, settings), "giftMessage");
  const discounts = lineDiscounts(receipt);
  const hasGiftWrap = compare(receipt.gift_wrap_price?.value ?? "0", "0") > 0;
  const isToSend = state.cancelledAt === undefined && state.financialState !== "refunded" && !isFulfilled;
  const refunded = refundedOf(receipt, settings);

  const parsed = z.safeParse(Order, {
    id: receipt.receipt_id,
    number: receipt.receipt_id,
    placedAt: receipt.created_timestamp ?? receipt.create_timestamp,
    paidAt: receipt.transactions
      .flatMap(({ paid_timestamp }) => paid_timestamp ?? [])
      .toSorted()
      .at(-1),
    updatedAt: lastChange(receipt),
    salesPlatform: "Etsy",
    shopName: shop,
    ...state,
    hold: state.hold ?? (isToSend && unreadInventory !== undefined ? { reason: unreadInventory } : undefined),

    lines: receipt.transactions.map((line) =>
      mapLine(
        line,
        { looked: skus?.get(line.transaction_id), discount: discounts?.get(line.transaction_id), isFulfilled },
        settings,
      ),
    ),
    shippingAddress: addressOf(receipt),
    buyer: { id: receipt.buyer_user_id, name: receipt.name, email: receipt.buyer_email },

    currency: receipt.grandtotal.currency,
    subtotal: receipt.subtotal?.value,
    discount: receipt.discount_amt?.value,
    tax: taxOf(receipt),
    total: receipt.grandtotal.value,
    refunded: compare(refunded, "0") > 0 ? refunded : undefined,
    pricesIncludeTax: pricesIncludeTax(receipt),
    paymentMethod: receipt.payment_method,

    shipping: mapShipping(receipt),
    gift: receipt.is_gift === true || hasGiftWrap || giftMessage !== undefined,
    giftMessage,
    note: receipt.message_from_buyer,
    attributes: [
      ...(receipt.gift_sender === undefined ? [] : [{ name: "Gift sender", value: receipt.gift_sender }]),
      ...(hasGiftWrap ? [{ name: "Gift wrap", value: "yes" }] : []),
    ],
    tags: receipt.receipt_type === 1 ? ["Pattern"] : [],
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

const personalisations = ({ transactions }: Receipt, settings: Settings): Attribute[] =>
  transactions.flatMap((line) => propertiesOf(line, settings));

/**
 * The shop's coupon by line. Only if the lines' amounts add up to the order's discount: what else they may be is not
 * documented.
 */
function lineDiscounts({ transactions, discount_amt }: Receipt): ReadonlyMap<string, string> | undefined {
  const discounts = transactions.map(
    ({ transaction_id, shop_coupon }) => [transaction_id, shop_coupon ?? "0"] as const,
  );
  const isWhole = discount_amt && compare(sum(discounts.map(([, amount]) => amount)), discount_amt.value) === 0;
  return isWhole ? new Map(discounts) : undefined;
}

const taxOf = ({ total_tax_cost, total_vat_cost }: Receipt): string =>
  sum([total_tax_cost?.value ?? "0", total_vat_cost?.value ?? "0"]);

/** No field says it: the total does. Undefined if there is no tax, or the total is neither sum. */
function pricesIncludeTax(receipt: Receipt): boolean | undefined {
  const { subtotal, total_shipping_cost, gift_wrap_price, grandtotal } = receipt;
  const tax = taxOf(receipt);
  if (!subtotal || compare(tax, "0") === 0) return undefined;
  const net = sum([subtotal.value, total_shipping_cost?.value ?? "0", gift_wrap_price?.value ?? "0"]);
  if (compare(grandtotal.value, net) === 0) return true;
  return compare(grandtotal.value, sum([net, tax])) === 0 ? false : undefined;
}

/**
 * Etsy shows addresses of some regions to preferred partners alone; the name it shows to all. A name without a place is
 * no address, and must not pass for one.
 */
function addressOf({ name, first_line, second_line, city, state, zip, country_iso: country }: Receipt) {
  if (first_line === undefined && city === undefined && zip === undefined) return country ? { country } : null;
  return {
    name,
    street1: first_line,
    street2: second_line,
    city,
    province: state,
    provinceCode: provinceCode(country, state) ?? (/^[A-Z0-9]{2,3}$/.test(state ?? "") ? state : undefined),
    postcode: zip,
    country,
  };
}

function mapShipping(receipt: Receipt) {
  const goods = receipt.transactions.filter(travels);
  const upgrades = goods.flatMap(({ shipping_upgrade }) => shipping_upgrade ?? []);
  const method = upgrades[0] ?? goods.flatMap(({ shipping_method }) => shipping_method ?? [])[0];
  return {
    kind: shippingKind(receipt, method),
    method,
    serviceLevel: serviceLevel({ title: method }),
    price: receipt.total_shipping_cost?.value,
    shipBy: goods.flatMap(({ expected_ship_date }) => expected_ship_date ?? []).toSorted()[0],
  };
}

function shippingKind({ transactions }: Receipt, method: string | undefined): ShippingKind {
  if (transactions.length > 0 && !transactions.some(travels)) return "digital";
  return kindByWords([method]) ?? "ship";
}
