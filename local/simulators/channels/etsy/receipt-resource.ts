import { createHash } from "node:crypto";
import { fractionDigits } from "../../../../shared/connector/fraction-digits.ts";
import { add, compare, round } from "../../../../shared/decimal.ts";
import type { Line, Order } from "../../../../shared/order.ts";
import { bareNumber } from "../../exact-json.ts";

/** What is stored beside a receipt and is no part of it: the SKUs that the seller's inventory has, by listing. */
export interface BesideReceipt {
  inventories: Readonly<Record<string, { product_id: unknown; sku: string }[]>>;
}

/**
 * The order as `GET /shops/{shop_id}/receipts/{receipt_id}` shows it. Not from our order, because a receipt has no place
 * for them: billing addresses, companies, districts, phones, tax IDs, coupon codes, vendors, taxes of a line, the number
 * of pieces that were shipped.
 * https://developers.etsy.com/documentation/reference#operation/getShopReceipt
 */
export function receiptResource(order: Order): unknown {
  const { shippingAddress: address, buyer, financialState } = order;
  const money = moneyIn(order.currency);
  const created = seconds(order.placedAt);
  const refunded = order.refunded ?? (financialState === "refunded" ? order.total : undefined);
  const isRefunded = refunded !== undefined && compare(refunded, "0") > 0;
  // A refund leaves the receipt's own time as it was. https://github.com/etsy/open-api/issues/513
  const updated =
    isRefunded && order.cancelledAt === undefined ? seconds(order.paidAt ?? order.placedAt) : seconds(order.updatedAt);
  const isShipped = order.fulfilmentState === "fulfilled";
  const subtotal = order.subtotal ?? "0";
  return {
    receipt_id: bareNumber(order.id),
    receipt_type: 0,
    seller_user_id: 288298098,
    seller_email: "seller@example.invalid",
    buyer_user_id: /^\d+$/.test(buyer?.id ?? "") ? bareNumber(buyer?.id ?? "") : 735542660,
    buyer_email: buyer?.email ?? null,
    name: address?.name ?? buyer?.name ?? "",
    first_line: address?.street1 ?? null,
    second_line: address?.street2 ?? "",
    city: address?.city ?? null,
    state: address?.provinceCode ?? address?.province ?? null,
    zip: address?.postcode ?? null,
    status: statusOf(order),
    formatted_address: [address?.name, address?.street1, address?.city].filter(Boolean).join("\n"),
    country_iso: address?.country ?? null,
    payment_method: order.paymentMethod ?? "cc",
    payment_email: "",
    message_from_payment: null,
    message_from_seller: null,
    message_from_buyer: order.note ?? "",
    is_shipped: isShipped,
    is_paid: !["pending", "authorized", "partially-paid", "voided"].includes(financialState) && !order.hold,
    create_timestamp: created,
    created_timestamp: created,
    update_timestamp: updated,
    updated_timestamp: updated,
    is_gift: order.gift ?? false,
    gift_message: escaped(order.giftMessage ?? ""),
    gift_sender: "",
    grandtotal: money(order.total),
    subtotal: money(subtotal),
    total_price: money(add(subtotal, order.discount ?? "0")),
    total_shipping_cost: money(order.shipping?.price),
    total_tax_cost: money(order.pricesIncludeTax === true ? "0" : order.tax),
    total_vat_cost: money(order.pricesIncludeTax === true ? order.tax : "0"),
    discount_amt: money(order.discount),
    gift_wrap_price: money("0"),
    shipments: isShipped || order.fulfilmentState === "partial" ? [shipment(seconds(order.updatedAt))] : [],
    transactions: order.lines.map((line) => transaction(line, order, money)),
    refunds: isRefunded
      ? [
          {
            amount: money(refunded),
            created_timestamp: seconds(order.updatedAt),
            reason: "Other",
            note_from_issuer: "",
            status: "success",
          },
        ]
      : [],
    beside: { inventories: Object.fromEntries(order.lines.map((line) => [listingOf(line), inventoryOf(line, order)])) },
  };
}

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);

/** Etsy shows sellers' and buyers' texts as HTML writes them. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;").replaceAll("<", "&lt;");

function moneyIn(currency: string) {
  const digits = fractionDigits(currency);
  return (amount: string | undefined) => ({
    amount: Number(round(amount ?? "0", digits).replace(".", "")),
    divisor: 10 ** digits,
    currency_code: currency,
  });
}
type Money = ReturnType<typeof moneyIn>;

/** As it is sent, not as it is documented: with capitals. */
function statusOf({ cancelledAt, financialState, fulfilmentState, hold }: Order): string {
  if (cancelledAt !== undefined || financialState === "voided") return "Canceled";
  if (financialState === "refunded") return "Fully Refunded";
  if (hold || ["pending", "authorized", "partially-paid"].includes(financialState)) return "Payment Processing";
  if (financialState === "partially-refunded") return "Partially Refunded";
  return fulfilmentState === "fulfilled" ? "Completed" : "Paid";
}

const shipment = (at: number) => ({
  receipt_shipping_id: 1204222684349,
  shipment_notification_timestamp: at,
  carrier_name: "usps",
  tracking_code: "9400109699939624119857",
});

/** The same SKU is of the same listing and product. */
const numberOf = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE() + 1_000_000_000;
const listingOf = ({ productId, sku }: Line): string =>
  /^\d+$/.test(productId ?? "") ? (productId ?? "") : String(numberOf(`listing ${productId ?? sku}`));
const productOf = ({ variantId, sku }: Line): unknown =>
  /^\d+$/.test(variantId ?? "") ? bareNumber(variantId ?? "") : numberOf(`product ${variantId ?? sku}`);

/** Lines of one listing are its products. */
const inventoryOf = (line: Line, { lines }: Order): BesideReceipt["inventories"][string] =>
  lines
    .filter((other) => listingOf(other) === listingOf(line))
    .map((other) => ({ product_id: productOf(other), sku: other.sku }));

const OPTION = 513;
const PERSONALISATION = 54;

/** Most sellers give their products SKUs too late, or none: the transaction's is "". */
function transaction(line: Line, order: Order, money: Money) {
  const isShipped = order.fulfilmentState === "fulfilled" || (line.fulfilled ?? 0) > 0;
  const options = line.variantTitle === undefined ? [] : line.variantTitle.split(" / ");
  return {
    transaction_id: bareNumber(line.id),
    title: escaped(line.title ?? line.sku),
    description: "",
    seller_user_id: 288298098,
    buyer_user_id: 735542660,
    create_timestamp: seconds(order.placedAt),
    created_timestamp: seconds(order.placedAt),
    paid_timestamp: order.financialState === "pending" ? null : seconds(order.paidAt ?? order.placedAt),
    shipped_timestamp: isShipped ? seconds(order.updatedAt) : null,
    quantity: line.quantity,
    listing_image_id: 3400203712,
    receipt_id: bareNumber(order.id),
    is_digital: line.ships === false,
    file_data: "",
    listing_id: bareNumber(listingOf(line)),
    sku: "",
    product_id: productOf(line),
    transaction_type: "listing",
    price: money(line.unitPrice),
    shipping_cost: money("0"),
    variations: [
      ...options.map((value, at) => ({
        property_id: OPTION + at,
        value_id: 1034297440232 + at,
        formatted_name: `Option ${at + 1}`,
        formatted_value: escaped(value),
      })),
      ...(line.properties ?? []).map(({ name, value }) => ({
        property_id: PERSONALISATION,
        value_id: null,
        formatted_name: escaped(name),
        formatted_value: escaped(value ?? ""),
      })),
    ],
    product_data: options.map((value, at) => ({
      property_id: OPTION + at,
      property_name: `Option ${at + 1}`,
      scale_id: null,
      scale_name: null,
      value_ids: [1034297440232 + at],
      values: [value],
    })),
    shipping_profile_id: 189944640304,
    min_processing_days: 1,
    max_processing_days: 3,
    shipping_method: METHODS[order.shipping?.kind ?? "ship"] ?? null,
    shipping_upgrade: METHODS[order.shipping?.kind ?? "ship"] === undefined ? (order.shipping?.method ?? null) : null,
    expected_ship_date: order.shipping?.shipBy === undefined ? null : seconds(order.shipping.shipBy),
    buyer_coupon: 0,
    shop_coupon: Number(line.discount ?? 0),
  };
}

const METHODS: Readonly<Record<string, string>> = { "pick-up": "Store Pickup", local: "Local Delivery" };
