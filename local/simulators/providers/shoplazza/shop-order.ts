import { add, compare, type Decimal, divide, multiply, round, subtract } from "../../../../shared/decimal.ts";
import type { HeldOrder } from "../../simulator.ts";
import type { CreateRequest } from "./create-body.ts";
import type { Variant } from "./products.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

/** A stored order of the shop. Times in epoch ms. */
export interface ShopOrder {
  readonly id: string;
  readonly number: string;
  readonly request: CreateRequest;
  readonly lines: readonly { variant: Variant; quantity: number; price: Decimal }[];
  readonly amounts: { subTotal: Decimal; discount: Decimal; tax: Decimal; shipping: Decimal; total: Decimal };
  readonly tags: readonly string[];
  readonly createdAt: number;
  /** When it really arrived: the index lag counts from here. */
  readonly arrivedAt: number;
  updatedAt: number;
  status: string;
  financialStatus: string;
  placedAt?: number;
  cancelledAt?: number;
  cancelReason?: string;
  /** Recorded by `payment/success`. */
  payments: number;
}

export interface ShoplazzaHeld extends HeldOrder {
  readonly order: ShopOrder;
}

/**
 * The shop's prices, not the buyer's: "sub_total = sum(line_item.price * line_item.quantity)".
 * @returns undefined if the discount is above the sum of the lines
 */
export function amountsOf(
  lines: ShopOrder["lines"],
  { texts, shippingLine }: CreateRequest,
  { taxIncluded }: ShoplazzaSwitches,
): ShopOrder["amounts"] | undefined {
  const subTotal = lines.reduce((sum, { price, quantity }) => add(sum, multiply(price, String(quantity))), "0.00");
  const given = texts["discount"] ?? "0";
  const discount = given.endsWith("%") ? divide(multiply(subTotal, given.slice(0, -1)), "100", 4) : given;
  if (compare(discount, subTotal) > 0) return undefined;
  const [tax, shipping] = [texts["tax_total"] ?? "0", shippingLine.shipping_price ?? "0"];
  const total = add(subtract(subTotal, discount), add(shipping, taxIncluded ? "0" : tax));
  return {
    subTotal: round(subTotal, 2),
    discount: round(discount, 2),
    tax: round(tax, 2),
    shipping: round(shipping, 2),
    total: round(total, 2),
  };
}

/** The order in the shop's answers, with other names than in the request. */
export function toShopOrder(order: ShopOrder, { taxIncluded, cashOnDelivery }: ShoplazzaSwitches) {
  const { request, amounts, lines } = order;
  const { texts, address, shippingLine } = request;
  const { address: line1 = "", address1: line2 = "", ...rest } = address;
  const isCash = cashOnDelivery && texts["payment_line"] === "COD";
  const answered = { ...rest, address1: line1, address2: line2 };
  return {
    id: order.id,
    number: order.number,
    note: texts["note"] ?? "",
    status: order.status,
    financial_status: order.financialStatus,
    fulfillment_status: order.placedAt === undefined ? "initialled" : "waiting",
    email_status: "waiting",
    cancel_reason: order.cancelReason ?? "",
    recovery_status: "waiting",
    payment_method: isCash ? "cod" : "online",
    discount_applications: "",
    customer_note: "",
    buyer_accepts_marketing: false,
    currency: texts["currency_code"] ?? "",
    total_price: amounts.total,
    sub_total: amounts.subTotal,
    total_discount: amounts.discount,
    total_tax: amounts.tax,
    total_shipping: amounts.shipping,
    code_discount_total: "0.00",
    gift_card_total: "0.00",
    total_refund_price: "0.00",
    additional_total: "0.00",
    addtional_prices: [],
    shipping_tax_total: "0.00",
    customer_deleted_at: "",
    created_at: time(order.createdAt),
    updated_at: time(order.updatedAt),
    deleted_at: "",
    canceled_at: order.cancelledAt === undefined ? "" : time(order.cancelledAt),
    placed_at: order.placedAt === undefined ? "" : time(order.placedAt),
    total_tip_received: "0.00",
    tags: order.tags.join(","),
    total_paid: order.payments > 0 || order.financialStatus === "paid" ? amounts.total : "0.00",
    shipping_line: { name: shippingLine.name ?? "" },
    customer: { email: address["email"], first_name: address["first_name"] ?? "", last_name: address["last_name"] },
    shipping_address: answered,
    billing_address: answered,
    payment_line: { payment_channel: isCash ? "cod" : "default", payment_method: isCash ? "COD" : "default" },
    line_items: lines.map(({ variant, quantity, price }, index) => ({
      id: `${order.id}-${index + 1}`,
      product_id: variant.product_id,
      variant_id: variant.id,
      product_title: variant.sku.replace(/^DEMO-/, "Demo "),
      sku: variant.sku,
      quantity,
      price,
      total: round(multiply(price, String(quantity)), 2),
    })),
    fulfillments: [],
    config: { product_tax_included: taxIncluded },
    checkout_url: "",
    invoice_url: "",
  };
}

export const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** Our reference, in a tag or at the start of the note. */
export const referenceOf = ({ tags, texts }: CreateRequest): string =>
  [...tags, texts["note"] ?? ""].map((text) => /^ext:(\S+)/.exec(text)?.[1]).find((found) => found !== undefined) ?? "";
