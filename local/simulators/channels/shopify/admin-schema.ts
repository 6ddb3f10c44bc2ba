import { buildSchema } from "graphql";

/**
 * The part of the Admin API's schema, version 2026-10, that this shop has. A field that is not here is refused.
 * https://shopify.dev/docs/api/admin-graphql/2026-10
 */
export const schema = buildSchema(`
scalar DateTime
scalar Decimal
scalar UnsignedInt64

type QueryRoot {
  currentAppInstallation: AppInstallation!
  fulfillment(id: ID!): Fulfillment
  fulfillmentOrder(id: ID!): FulfillmentOrder
  order(id: ID!): Order
  orders(
    after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false,
    sortKey: OrderSortKeys = PROCESSED_AT
  ): OrderConnection!
  refund(id: ID!): Refund
}
schema { query: QueryRoot }

enum OrderSortKeys { CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT }
enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
enum OrderDisplayFulfillmentStatus { FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED }
enum FulfillmentStatus { CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }
enum FulfillmentOrderStatus { CANCELLED CLOSED INCOMPLETE IN_PROGRESS ON_HOLD OPEN SCHEDULED }
enum FulfillmentHoldReason { AWAITING_PAYMENT AWAITING_RETURN_ITEMS HIGH_RISK_OF_FRAUD INCORRECT_ADDRESS INVENTORY_OUT_OF_STOCK ONLINE_STORE_POST_PURCHASE_CROSS_SELL OTHER UNKNOWN_DELIVERY_DATE }
enum RefundLineItemRestockType { CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN }
enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
enum OrderTransactionStatus { AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN }

type AppInstallation { accessScopes: [AccessScope!]! id: ID! }
type AccessScope { description: String! handle: String! }
type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
type Attribute { key: String! value: String }
type TaxLine { channelLiable: Boolean priceSet: MoneyBag! rate: Float ratePercentage: Float source: String title: String! }
type DiscountAllocation { allocatedAmountSet: MoneyBag! }

type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
type Order {
  billingAddress: MailingAddress
  cancelledAt: DateTime
  clientIp: String
  createdAt: DateTime!
  currencyCode: String!
  currentTotalPriceSet: MoneyBag!
  customAttributes: [Attribute!]!
  customer: Customer
  customerLocale: String
  discountCodes: [String!]!
  displayFinancialStatus: OrderDisplayFinancialStatus
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  edited: Boolean!
  email: String
  fulfillmentOrders(after: String, before: String, displayable: Boolean = false, first: Int, last: Int, query: String, reverse: Boolean = false): FulfillmentOrderConnection!
  fulfillments(first: Int, query: String): [Fulfillment!]!
  id: ID!
  legacyResourceId: UnsignedInt64!
  lineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): LineItemConnection!
  localizedFields(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): LocalizedFieldConnection!
  name: String!
  note: String
  paymentGatewayNames: [String!]!
  phone: String
  presentmentCurrencyCode: String!
  processedAt: DateTime!
  refunds(first: Int, query: String): [Refund!]!
  shippingAddress: MailingAddress
  shippingLines(after: String, before: String, first: Int, includeRemovals: Boolean = false, last: Int, reverse: Boolean = false): ShippingLineConnection!
  sourceName: String
  subtotalPriceSet: MoneyBag
  tags: [String!]!
  taxesIncluded: Boolean!
  test: Boolean!
  totalDiscountsSet: MoneyBag
  totalOutstandingSet: MoneyBag!
  totalPriceSet: MoneyBag!
  totalRefundedSet: MoneyBag!
  totalTaxSet: MoneyBag
  transactions(capturable: Boolean, first: Int, manuallyResolvable: Boolean): [OrderTransaction!]!
  updatedAt: DateTime!
}

type Customer {
  defaultEmailAddress: CustomerEmailAddress
  defaultPhoneNumber: CustomerPhoneNumber
  firstName: String
  id: ID!
  lastName: String
}
type CustomerEmailAddress { emailAddress: String! }
type CustomerPhoneNumber { phoneNumber: String! }
type MailingAddress {
  address1: String
  address2: String
  city: String
  company: String
  country: String
  countryCodeV2: String
  firstName: String
  id: ID!
  lastName: String
  latitude: Float
  longitude: Float
  name: String
  phone: String
  province: String
  provinceCode: String
  zip: String
}

type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
type LineItem {
  currentQuantity: Int!
  customAttributes: [Attribute!]!
  discountAllocations: [DiscountAllocation!]!
  fulfillmentService: FulfillmentService
  id: ID!
  isGiftCard: Boolean!
  name: String!
  nonFulfillableQuantity: Int!
  originalUnitPriceSet: MoneyBag!
  product: Product
  quantity: Int!
  refundableQuantity: Int!
  requiresShipping: Boolean!
  sku: String
  taxLines(first: Int): [TaxLine!]!
  title: String!
  totalDiscountSet: MoneyBag!
  unfulfilledQuantity: Int!
  variant: ProductVariant
  variantTitle: String
  vendor: String
}
type FulfillmentService { handle: String! }
type Product { id: ID! }
type ProductVariant { id: ID! }

type ShippingLineConnection { nodes: [ShippingLine!]! pageInfo: PageInfo! }
type ShippingLine {
  carrierIdentifier: String
  code: String
  deliveryCategory: String
  discountAllocations: [DiscountAllocation!]!
  discountedPriceSet: MoneyBag!
  id: ID
  isRemoved: Boolean!
  originalPriceSet: MoneyBag!
  source: String
  taxLines: [TaxLine!]!
  title: String!
}

type LocalizedFieldConnection { nodes: [LocalizedField!]! pageInfo: PageInfo! }
type LocalizedField { countryCode: String! key: String! title: String! value: String! }

type OrderTransaction { id: ID! kind: OrderTransactionKind! processedAt: DateTime status: OrderTransactionStatus! }

type Refund {
  id: ID!
  refundLineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): RefundLineItemConnection!
  totalRefundedSet: MoneyBag!
}
type RefundLineItemConnection { nodes: [RefundLineItem!]! pageInfo: PageInfo! }
type RefundLineItem { lineItem: LineItem! quantity: Int! restockType: RefundLineItemRestockType! }

type Fulfillment {
  fulfillmentLineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): FulfillmentLineItemConnection!
  id: ID!
  status: FulfillmentStatus!
}
type FulfillmentLineItemConnection { nodes: [FulfillmentLineItem!]! pageInfo: PageInfo! }
type FulfillmentLineItem { id: ID! lineItem: LineItem! quantity: Int }

type FulfillmentOrderConnection { nodes: [FulfillmentOrder!]! pageInfo: PageInfo! }
type FulfillmentOrder {
  fulfillAt: DateTime
  fulfillmentHolds: [FulfillmentHold!]!
  id: ID!
  order: Order!
  status: FulfillmentOrderStatus!
}
type FulfillmentHold { id: ID! reason: FulfillmentHoldReason! reasonNotes: String }
`);
