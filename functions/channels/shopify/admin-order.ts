import * as z from "zod/mini";
import { Amount, Flag, lenient, Text, Time } from "../../../shared/connector/loose-schema.ts";

/*
 * Answers of the Admin API, 2026-10: what queries.ts asks for. A field that the order cannot do without must be there.
 */

const Money = z.object({ shopMoney: z.object({ amount: Amount, currencyCode: z.string() }) });
const maybeMoney = z.optional(z.nullable(Money));

/** The number at the end of `gid://shopify/LineItem/866550311766439020`, which the webhooks call `id`. */
export const numberOf = (gid: string): string => /\/(\d+)(?:\?.*)?$/.exec(gid)?.[1] ?? "";
const Gid = z.pipe(
  z.string().check(z.refine((gid) => numberOf(gid) !== "", "no ID of Shopify")),
  z.transform(numberOf),
);
const Related = z.optional(z.nullable(z.object({ id: Gid })));

const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.optional(z.nullable(z.string())) });

/** A page of a list with a cursor. */
export const pageOf = <T extends z.ZodMiniType>(node: T) => z.object({ nodes: z.array(node), pageInfo: PageInfo });
export interface Page<T> {
  nodes: T[];
  pageInfo: z.infer<typeof PageInfo>;
}

/** `[{key, value}]` */
const Attributes = z.array(z.object({ key: z.string(), value: z.optional(z.nullable(z.string())) }));
const Allocations = z.array(z.object({ allocatedAmountSet: Money }));
const Taxes = z.array(z.object({ title: Text, rate: lenient(Amount), priceSet: Money }));

export const AdminLine = z.object({
  id: Gid,
  sku: Text,
  quantity: z.int().check(z.minimum(0)),
  currentQuantity: z.int(),
  unfulfilledQuantity: z.int(),
  title: Text,
  name: Text,
  variantTitle: Text,
  vendor: Text,
  requiresShipping: z.boolean(),
  isGiftCard: Flag,
  product: Related,
  variant: Related,
  fulfillmentService: lenient(z.nullable(z.object({ handle: Text }))),
  originalUnitPriceSet: Money,
  totalDiscountSet: Money,
  discountAllocations: Allocations,
  taxLines: Taxes,
  customAttributes: Attributes,
});
export type AdminLine = z.infer<typeof AdminLine>;

export const AdminShippingLine = z.object({
  title: Text,
  code: Text,
  deliveryCategory: Text,
  isRemoved: z.boolean(),
  originalPriceSet: Money,
  discountedPriceSet: Money,
  discountAllocations: Allocations,
  taxLines: Taxes,
});
export type AdminShippingLine = z.infer<typeof AdminShippingLine>;

export const LocalizedField = z.object({ key: Text, value: Text });

export const FulfilmentOrder = z.object({
  status: z.string(),
  fulfillAt: lenient(z.nullable(Time)),
  fulfillmentHolds: lenient(z.array(z.object({ reason: Text }))),
});
export type FulfilmentOrder = z.infer<typeof FulfilmentOrder>;

export const RefundLine = z.object({ lineItem: z.object({ id: Gid }), quantity: z.int(), restockType: Text });
export const FulfilmentLine = z.object({ lineItem: z.object({ id: Gid }), quantity: z.optional(z.nullable(z.int())) });

/** Lists without a cursor. The IDs are whole: they are asked for again. */
export const RefundIds = z.array(z.object({ id: z.string() }));
export const FulfilmentIds = z.array(z.object({ id: z.string(), status: Text }));

const Address = z.object({
  name: Text,
  firstName: Text,
  lastName: Text,
  company: Text,
  address1: Text,
  address2: Text,
  city: Text,
  province: Text,
  provinceCode: Text,
  zip: Text,
  country: Text,
  countryCodeV2: Text,
  phone: Text,
  latitude: lenient(Amount),
  longitude: lenient(Amount),
});
export type AdminAddress = z.infer<typeof Address>;

const Transaction = z.object({ kind: Text, status: Text, processedAt: lenient(z.nullable(Time)) });
export type Transaction = z.infer<typeof Transaction>;

export const AdminOrder = z.object({
  id: Gid,
  legacyResourceId: z.string(),
  name: Text,
  createdAt: Time,
  processedAt: lenient(z.nullable(Time)),
  updatedAt: Time,
  cancelledAt: z.nullable(Time),
  test: z.boolean(),
  currencyCode: z.string(),
  presentmentCurrencyCode: Text,
  taxesIncluded: Flag,
  displayFinancialStatus: z.nullable(z.string()),
  displayFulfillmentStatus: z.nullable(z.string()),
  paymentGatewayNames: z.array(z.string()),
  discountCodes: z.array(z.string()),
  email: Text,
  phone: Text,
  customerLocale: Text,
  clientIp: Text,
  note: Text,
  tags: z.array(z.string()),
  customAttributes: Attributes,
  customer: z.nullable(
    z.object({
      id: Gid,
      firstName: Text,
      lastName: Text,
      defaultEmailAddress: lenient(z.nullable(z.object({ emailAddress: Text }))),
      defaultPhoneNumber: lenient(z.nullable(z.object({ phoneNumber: Text }))),
    }),
  ),
  billingAddress: z.nullable(Address),
  shippingAddress: z.nullable(Address),
  subtotalPriceSet: maybeMoney,
  totalDiscountsSet: maybeMoney,
  totalTaxSet: maybeMoney,
  totalPriceSet: Money,
  totalOutstandingSet: Money,
  totalRefundedSet: Money,
  transactions: z.array(Transaction),
  refunds: RefundIds,
  fulfillments: FulfilmentIds,
  lineItems: pageOf(AdminLine),
  shippingLines: pageOf(AdminShippingLine),
  localizedFields: pageOf(LocalizedField),
});
export type AdminOrder = z.infer<typeof AdminOrder>;

/** An order with all pages of all its parts. */
export interface WholeOrder {
  order: AdminOrder;
  lines: AdminLine[];
  shippingLines: AdminShippingLine[];
  localizedFields: z.infer<typeof LocalizedField>[];
  refundLines: z.infer<typeof RefundLine>[];
  /** Those of fulfilments that ship something, each with its status. */
  fulfilments: { status: string | undefined; lines: z.infer<typeof FulfilmentLine>[] }[];
  /** Undefined where the setting `holds` does not ask for them. */
  fulfilmentOrders: FulfilmentOrder[] | undefined;
}
