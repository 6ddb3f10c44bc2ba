import * as z from "zod/mini";
import { malformed } from "../../../shared/connector/malformed.ts";
import { serviceLevel } from "../../../shared/connector/service-level.ts";
import { sum } from "../../../shared/decimal.ts";
import { Order } from "../../../shared/order.ts";
import { mapAddress } from "./map-address.ts";
import { mapLines } from "./map-lines.ts";
import { orderState } from "./order-state.ts";
import type { TiktokOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

/**
 * @param shop the shop's ID, where the stage file names it
 * @throws MalformedEvent if the result does not match our own schema: names our field, not its value
 */
export function mapOrder(order: TiktokOrder, shop: string | undefined, settings: Settings): Order {
  const { payment, recipient_address: address } = order;
  const parsed = z.safeParse(Order, {
    id: order.id,
    number: order.id,
    placedAt: order.create_time,
    updatedAt: order.update_time,
    salesPlatform: order.commerce_platform === "TOKOPEDIA" ? "Tokopedia" : "TikTok Shop",
    shopName: shop,
    ...orderState(order, settings),

    lines: mapLines(order),
    shippingAddress: address ? mapAddress(address) : null,
    // Of the buyer only these are shown; the recipient may be another person.
    buyer: { id: order.user_id, email: order.buyer_email },
    taxIds: order.cpf === undefined ? [] : [{ type: "national", value: order.cpf }],

    currency: payment.currency,
    subtotal: payment.sub_total,
    discount: sumOf(payment.seller_discount, payment.platform_discount),
    tax: payment.tax,
    total: payment.total_amount,
    pricesIncludeTax: settings.pricesIncludeTax,

    paymentMethod: order.payment_method_name,
    shipping: mapShipping(order),
    note: order.buyer_message,
    tags: tagsOf(order),
  });
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["order"]);
}

type MaybeAmount = string | null | undefined;

/** Undefined if none is known. */
function sumOf(...amounts: MaybeAmount[]): string | undefined {
  const known = amounts.flatMap((amount) => amount ?? []);
  return known.length === 0 ? undefined : sum(known);
}

function mapShipping(order: TiktokOrder) {
  const { payment, delivery_option_name: method } = order;
  const { original_shipping_fee: before, shipping_fee: after } = payment;
  return {
    method,
    code: order.delivery_option_id,
    serviceLevel: serviceLevel({ title: method }),
    price: before ?? after,
    // What is left of a fee without its original is already after discounts.
    discount: before ? sumOf(payment.shipping_fee_seller_discount, payment.shipping_fee_platform_discount) : undefined,
    shipBy: order.rts_sla_time,
    deliverUntil: order.delivery_option_required_delivery_time,
  };
}

/** Kinds of orders, and whether TikTok Shop put it into one parcel with others, or into several. */
function tagsOf(order: TiktokOrder): string[] {
  const kinds = [
    order.is_sample_order && "sample",
    order.is_replacement_order && "replacement",
    order.is_exchange_order && "exchange",
    order.order_type?.toLowerCase(),
    order.split_or_combine_tag?.toLowerCase(),
  ];
  return kinds.flatMap((kind) => kind || []);
}
