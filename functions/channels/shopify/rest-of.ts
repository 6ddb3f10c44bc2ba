import { round, shortest } from "../../../shared/decimal.ts";
import type { AdminAddress, AdminLine, AdminShippingLine, WholeOrder } from "./admin-order.ts";
import type { LineItem, RestAddress, RestOrder, ShippingLine } from "./payload.ts";

type Money = AdminLine["originalUnitPriceSet"];

/**
 * An order of the Admin API as the webhooks write it, so that one mapping reads both. What a webhook has and the API
 * lacks: `order_number`, `contact_email`, `gateway`, `payment_terms` (its own scope), a line's `tip`.
 * @param hidden fields that Shopify hides: they say nothing, while null would say that there is no such thing
 */
export function restOf(whole: WholeOrder, hidden: readonly string[]): RestOrder {
  const { order } = whole;
  const isHidden = (field: string) => hidden.some((path) => path.split(".")[1] === field);
  return {
    id: order.id,
    name: order.name,
    order_number: undefined,
    created_at: order.createdAt,
    processed_at: order.processedAt,
    updated_at: order.updatedAt,
    cancelled_at: order.cancelledAt,
    test: order.test,
    currency: order.currencyCode,
    presentment_currency: order.presentmentCurrencyCode,
    financial_status: order.displayFinancialStatus?.toLowerCase(),
    fulfillment_status: FULFILMENT[order.displayFulfillmentStatus ?? ""],
    email: order.email,
    contact_email: undefined,
    phone: order.phone,
    customer_locale: order.customerLocale,
    browser_ip: order.clientIp,
    client_details: undefined,
    note: order.note,
    note_attributes: attributesOf(order.customAttributes),
    tags: order.tags.join(", ") || undefined,
    subtotal_price: amountOf(order.subtotalPriceSet),
    subtotal_price_set: undefined,
    total_discounts: amountOf(order.totalDiscountsSet),
    total_discounts_set: undefined,
    total_tax: amountOf(order.totalTaxSet),
    total_tax_set: undefined,
    total_price: amountOf(order.totalPriceSet),
    total_price_set: undefined,
    total_outstanding: amountOf(order.totalOutstandingSet),
    taxes_included: order.taxesIncluded,
    discount_codes: order.discountCodes.map((code) => ({ code })),
    payment_gateway_names: order.paymentGatewayNames,
    gateway: undefined,
    payment_terms: undefined,
    customer: order.customer && {
      id: order.customer.id,
      first_name: order.customer.firstName,
      last_name: order.customer.lastName,
      email: order.customer.defaultEmailAddress?.emailAddress,
      phone: order.customer.defaultPhoneNumber?.phoneNumber,
    },
    billing_address: order.billingAddress && addressOf(order.billingAddress),
    shipping_address: isHidden("shippingAddress")
      ? undefined
      : order.shippingAddress && addressOf(order.shippingAddress),
    line_items: whole.lines.map(lineOf),
    shipping_lines: whole.shippingLines.map(shippingLineOf),
    refunds: refundsOf(whole),
    fulfillments: whole.fulfilments.map(({ status, lines }) => ({
      status,
      line_items: lines.map(({ lineItem, quantity }) => ({ id: lineItem.id, line_item_id: undefined, quantity })),
    })),
    localization_extensions: [],
    localized_fields: whole.localizedFields,
  };
}

/** `displayFulfillmentStatus`, as far as a webhook's `fulfillment_status` says the same. */
const FULFILMENT: Record<string, string | undefined> = {
  FULFILLED: "fulfilled",
  PARTIALLY_FULFILLED: "partial",
};

/**
 * The API writes `16720.0`, a webhook `16720.00`, or `16720` in a currency without cents: in one form, the same amount is
 * no change.
 */
const amountOf = (money: Money | null | undefined): string | undefined => {
  if (!money) return undefined;
  const { amount, currencyCode } = money.shopMoney;
  const short = shortest(amount);
  return round(short, Math.max(centsOf(currencyCode), short.split(".")[1]?.length ?? 0));
};

/** Digits after the point; 2 for a code that is no currency. */
function centsOf(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

const attributesOf = (attributes: AdminLine["customAttributes"]) =>
  attributes.map(({ key, value }) => ({ name: key, value: value || undefined }));

const taxesOf = (taxes: AdminLine["taxLines"]) =>
  taxes.map(({ title, rate, priceSet }) => ({ title, rate, price: amountOf(priceSet), price_set: undefined }));

const allocationsOf = (allocations: AdminLine["discountAllocations"]) =>
  allocations.map(({ allocatedAmountSet }) => ({ amount: amountOf(allocatedAmountSet), amount_set: undefined }));

const lineOf = (line: AdminLine): LineItem => ({
  id: line.id,
  sku: line.sku,
  quantity: line.quantity,
  current_quantity: line.currentQuantity,
  fulfillable_quantity: line.unfulfilledQuantity,
  fulfillment_status: undefined,
  product_id: line.product?.id,
  variant_id: line.variant?.id,
  title: line.title,
  name: line.name,
  variant_title: line.variantTitle,
  vendor: line.vendor,
  price: amountOf(line.originalUnitPriceSet),
  price_set: undefined,
  fulfillment_service: line.fulfillmentService?.handle,
  total_discount: amountOf(line.totalDiscountSet),
  total_discount_set: undefined,
  discount_allocations: allocationsOf(line.discountAllocations),
  tax_lines: taxesOf(line.taxLines),
  properties: attributesOf(line.customAttributes),
  requires_shipping: line.requiresShipping,
  gift_card: line.isGiftCard,
});

const shippingLineOf = (line: AdminShippingLine): ShippingLine => ({
  title: line.title,
  code: line.code,
  delivery_category: line.deliveryCategory,
  price: amountOf(line.originalPriceSet),
  price_set: undefined,
  discounted_price: amountOf(line.discountedPriceSet),
  discounted_price_set: undefined,
  discount_allocations: allocationsOf(line.discountAllocations),
  tax_lines: taxesOf(line.taxLines),
  is_removed: line.isRemoved,
});

const addressOf = (address: AdminAddress): RestAddress => ({
  name: address.name,
  first_name: address.firstName,
  last_name: address.lastName,
  company: address.company,
  address1: address.address1,
  address2: address.address2,
  city: address.city,
  province: address.province,
  province_code: address.provinceCode,
  zip: address.zip,
  country_code: address.countryCodeV2,
  country: address.country,
  phone: address.phone,
  latitude: address.latitude,
  longitude: address.longitude,
});

/** All refunds as one: their lines, and the sum that was paid back, in the shop's currency. */
function refundsOf({ order, refundLines }: WholeOrder): NonNullable<RestOrder["refunds"]> {
  return [
    {
      refund_line_items: refundLines.map(({ lineItem, quantity, restockType }) => ({
        id: undefined,
        line_item_id: lineItem.id,
        quantity,
        restock_type: restockType?.toLowerCase(),
      })),
      transactions: [
        { kind: "refund", status: "success", amount: amountOf(order.totalRefundedSet), currency: order.currencyCode },
      ],
    },
  ];
}
