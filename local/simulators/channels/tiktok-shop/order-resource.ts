import { add, divide, round, subtract } from "../../../../shared/decimal.ts";
import type { Address, Line, Order } from "../../../../shared/order.ts";

/** Of a line: the last three digits of a unit's ID count them. */
export const MOST_UNITS = 1_000;

export const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1000);

export function statusOf({ cancelledAt, hold, financialState, fulfilmentState, amountDue }: Order): string {
  if (cancelledAt !== undefined || financialState === "refunded" || financialState === "voided") return "CANCELLED";
  if (fulfilmentState === "fulfilled") return "IN_TRANSIT";
  if (fulfilmentState === "partial") return "PARTIALLY_SHIPPING";
  if (hold) return "ON_HOLD";
  const isPaid = financialState === "paid" || financialState === "partially-refunded" || amountDue !== undefined;
  return isPaid ? "AWAITING_SHIPMENT" : "UNPAID";
}

/**
 * The order as `GET /order/202309/orders` shows it. Not from our order, because TikTok Shop's has no place for them: the
 * number, the billing address, the buyer's name and language, companies, discount codes, personalisation.
 * https://partner.tiktokshop.com/docv2/page/get-order-detail-202309
 */
export function orderResource(order: Order) {
  const { buyer, shippingAddress, shipping, placedAt, updatedAt } = order;
  const status = statusOf(order);
  const isPaid = status !== "UNPAID" && order.amountDue === undefined;
  const service = order.lines.find(({ fulfilledBy }) => fulfilledBy !== undefined)?.fulfilledBy;
  return {
    id: order.id,
    status,
    create_time: secondsOf(placedAt),
    update_time: secondsOf(updatedAt),
    ...(isPaid && { paid_time: secondsOf(order.paidAt ?? placedAt) }),
    ...(order.cancelledAt !== undefined && {
      cancel_time: secondsOf(order.cancelledAt),
      cancel_reason: "Discount not as expected",
      cancellation_initiator: "BUYER",
    }),
    ...(shipping?.shipBy !== undefined && { rts_sla_time: secondsOf(shipping.shipBy) }),
    ...(shipping?.deliverUntil !== undefined && {
      delivery_option_required_delivery_time: secondsOf(shipping.deliverUntil),
    }),
    fulfillment_type: service === undefined ? "FULFILLMENT_BY_SELLER" : "FULFILLMENT_BY_TIKTOK",
    shipping_type: service === undefined ? "SELLER" : "TIKTOK",
    delivery_type: "HOME_DELIVERY",
    delivery_option_id: shipping?.code ?? "7091146663229654785",
    delivery_option_name: shipping?.method ?? "Standard shipping",
    is_cod: order.amountDue !== undefined,
    is_buyer_request_cancel: false,
    is_on_hold_order: order.hold !== undefined,
    is_sample_order: false,
    has_updated_recipient_address: false,
    user_id: buyer?.id ?? "7021436810468230477",
    buyer_email: buyer?.email ?? "v2b2V5@chat.seller.tiktok.com",
    buyer_message: order.note ?? "",
    ...(order.taxIds?.[0] && { cpf: order.taxIds[0].value }),
    payment_method_name: order.paymentMethod ?? "CCDC",
    payment: paymentOf(order),
    recipient_address: shippingAddress && addressFields(shippingAddress),
    line_items: order.lines.flatMap((line) => unitsOf(line, status, order.currency)),
    packages: [],
    warehouse_id: "6955005333819123123",
  };
}

const amount = (value: string | undefined): string => round(value ?? "0", 2);

/** All discounts are the seller's here. */
function paymentOf({ currency, subtotal, discount, tax, total, shipping }: Order) {
  return {
    currency,
    original_total_product_price: amount(add(subtotal ?? "0", discount ?? "0")),
    sub_total: amount(subtotal),
    seller_discount: amount(discount),
    platform_discount: "0",
    original_shipping_fee: amount(shipping?.price),
    shipping_fee: amount(subtract(shipping?.price ?? "0", shipping?.discount ?? "0")),
    shipping_fee_seller_discount: amount(shipping?.discount),
    shipping_fee_platform_discount: "0",
    tax: amount(tax),
    total_amount: amount(total),
  };
}

/** One entry for each unit: those that were shipped first, those that are no longer wanted last. */
function unitsOf(line: Line, status: string, currency: string) {
  const { quantity, fulfilled = 0, quantityToShip = quantity - fulfilled } = line;
  const price = line.unitPrice ?? "0";
  const off = divide(line.discount ?? "0", String(Math.max(1, quantity)), 2);
  return Array.from({ length: quantity }, (_, at) => ({
    id: line.sourceIds?.[at] ?? String(BigInt(line.id) + BigInt(at)),
    sku_id: line.variantId ?? "2729382476852921560",
    seller_sku: line.sku,
    product_id: line.productId ?? "1729582718312380123",
    product_name: line.title ?? line.sku,
    sku_name: line.variantTitle ?? "",
    sku_type: "NORMAL",
    currency,
    original_price: amount(price),
    sale_price: amount(subtract(price, off)),
    seller_discount: amount(off),
    platform_discount: "0",
    is_gift: false,
    display_status: unitStatus(at, { fulfilled, quantityToShip, status }),
    item_tax: (line.taxes ?? []).map(({ title, amount: whole }) => ({
      tax_type: title ?? "SALES_TAX",
      tax_amount: divide(whole ?? "0", String(quantity), 4),
    })),
  }));
}

interface Counts {
  fulfilled: number;
  quantityToShip: number;
  status: string;
}

function unitStatus(at: number, { fulfilled, quantityToShip, status }: Counts): string {
  if (status === "CANCELLED" || at >= fulfilled + quantityToShip) return "CANCELLED";
  if (at < fulfilled || status === "IN_TRANSIT") return "IN_TRANSIT";
  return status === "UNPAID" ? "UNPAID" : "AWAITING_SHIPMENT";
}

/** Empty lines are written as two quotation marks, as in TikTok Shop's own example. */
const NOTHING = '""';

function addressFields(address: Address) {
  const { name, firstName, lastName, street1, street2, city, province, district, country } = address;
  const whole = name ?? [firstName, lastName].filter(Boolean).join(" ");
  return {
    name: whole,
    first_name: firstName ?? whole,
    last_name: lastName ?? "",
    phone_number: address.phone ?? "",
    address_detail: [street1, street2].filter(Boolean).join(" "),
    address_line1: street1 ?? "",
    address_line2: street2 ?? "",
    address_line3: NOTHING,
    address_line4: NOTHING,
    full_address: [street1, street2, city, province, address.postcode].filter(Boolean).join(", "),
    district_info: [
      { address_level: "L0", address_level_name: "Country", address_name: country ?? "" },
      { address_level: "L1", address_level_name: "State", address_name: province ?? "" },
      { address_level: "L2", address_level_name: "City", address_name: city ?? "" },
      ...(district === undefined
        ? []
        : [{ address_level: "L3", address_level_name: "District", address_name: district }]),
    ],
    postal_code: address.postcode ?? "",
    region_code: country ?? "",
    delivery_preferences: { drop_off_location: address.remark ?? "" },
  };
}
