import { type KakacloOrder, UNIT_PRICE } from "./order-book.ts";
import type { KakacloSwitches } from "./switches.ts";

/** `2016-01-18T23:41:00Z`: the documents' times have no fraction. */
export const toSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const money = (amount: number): number => Math.round(amount * 10_000) / 10_000;

/** A row of `GET /openapi/v2/order/orders`. `cancelledAt` lags, as the list does. */
export function toRow(
  order: KakacloOrder,
  cancelledAt: number | undefined,
  { vocabulary, rowId }: Pick<KakacloSwitches, "vocabulary" | "rowId">,
): Record<string, unknown> {
  const subTotal = money(order.lines.reduce((sum, { quantity }) => sum + quantity * UNIT_PRICE, 0));
  const createDate = toSeconds(order.createdAt);
  const modifyDate = toSeconds(cancelledAt ?? order.createdAt);
  const both = {
    id: rowId === "number" ? Number(order.id) : order.id,
    customOrderId: order.customOrderId,
    remark: order.remark,
    warehouseId: order.lines[0]?.country === "US" ? 13 : 1,
    freightAmount: 0,
    purchaseDate: createDate,
    createDate,
    modifyDate,
  };
  const address = order.address;
  if (vocabulary === "old") {
    return {
      ...both,
      // One status for all; missing values are left out.
      status: cancelledAt === undefined ? "waiting_to_ship" : "cancel",
      payAt: createDate,
      completedAt: createDate,
      skusAmount: subTotal,
      totalAmount: subTotal,
      shippingAddress: Object.fromEntries(Object.entries(address).filter(([, value]) => value != null)),
      orderItems: order.lines.map(({ id, sku, quantity, country }) => ({
        id,
        skuCode: sku,
        productNum: quantity,
        purchasePrices: UNIT_PRICE,
        subtotal: money(quantity * UNIT_PRICE),
        promotionAmount: 0,
        stockStatus: "normal",
        countryCode: country,
      })),
    };
  }
  const { country, city, phone, recipient, street1, street2, province, zip, vat, ioss } = address;
  const refundStatus = cancelledAt === undefined ? refundStatusOf(order) : "refund";
  return {
    ...both,
    status: cancelledAt === undefined ? "processing" : "cancel",
    financialStatus: "paid",
    // The documents' "initial empty state" is the text NULL.
    fulfillmentStatus: cancelledAt === undefined ? "waiting_to_ship" : "NULL",
    refundStatus,
    payDate: createDate,
    completedDate: createDate,
    cancelDate: cancelledAt === undefined ? null : modifyDate,
    refundDate: cancelledAt === undefined ? null : modifyDate,
    shippingAddress: {
      country,
      phone,
      recipient,
      province,
      city: city ?? null,
      street1: street1 ?? null,
      street2: street2 ?? null,
      zip: zip ?? null,
      vat: vat ?? null,
      ioss: ioss ?? null,
    },
    finalAmount: subTotal,
    subTotalAmount: subTotal,
    orderItems: order.lines.map((line) => ({
      id: line.id,
      itemId: line.id,
      refundStatus,
      imageUrl: null,
      productName: null,
      productNum: line.quantity,
      skuCode: line.sku,
      option1: null,
      option2: null,
      option3: null,
      amount: UNIT_PRICE,
      total: money(line.quantity * UNIT_PRICE),
      countryCode: line.country,
    })),
    fulfillments: null,
  };
}

function refundStatusOf({ refund }: KakacloOrder): string {
  if (!refund) return "NULL";
  return refund.whole ? "refunding" : "partial_refund";
}
