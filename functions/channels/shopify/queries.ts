/*
 * The queries of the Admin API, written for version 2026-10.
 * https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order
 */

const MONEY = "{ shopMoney { amount currencyCode } }";
const PAGE = "pageInfo { hasNextPage endCursor }";
const ADDRESS =
  "{ name firstName lastName company address1 address2 city province provinceCode zip country countryCodeV2 phone latitude longitude }";
const ALLOCATIONS = `discountAllocations { allocatedAmountSet ${MONEY} }`;
const TAXES = `taxLines { title rate priceSet ${MONEY} }`;

const LINES = `lineItems(first: $lines, after: $after) {
  nodes {
    id sku quantity currentQuantity unfulfilledQuantity title name variantTitle vendor requiresShipping isGiftCard
    product { id } variant { id } fulfillmentService { handle }
    originalUnitPriceSet ${MONEY} totalDiscountSet ${MONEY}
    ${ALLOCATIONS} ${TAXES}
    customAttributes { key value }
  }
  ${PAGE}
}`;

const shippingLines = (after = "") => `shippingLines(first: 10${after}) {
  nodes {
    title code deliveryCategory isRemoved originalPriceSet ${MONEY} discountedPriceSet ${MONEY}
    ${ALLOCATIONS} ${TAXES}
  }
  ${PAGE}
}`;

const localizedFields = (after = "") => `localizedFields(first: 20${after}) { nodes { key value } ${PAGE} }`;

const FULFILMENT_ORDERS = `fulfillmentOrders(first: 20, after: $after) {
  nodes { status fulfillAt fulfillmentHolds { reason } }
  ${PAGE}
}`;

/** Lists without a cursor: so many are asked for at first, and so many at most. */
export const FEW = 25;
export const MOST = 250;

/** An order, its first page of lines, and the IDs of its parts. About 550 points. */
export const ORDER = `query Order($id: ID!, $lines: Int!, $after: String) {
  order(id: $id) {
    id legacyResourceId name createdAt processedAt updatedAt cancelledAt test
    currencyCode presentmentCurrencyCode taxesIncluded
    displayFinancialStatus displayFulfillmentStatus paymentGatewayNames discountCodes
    email phone customerLocale clientIp note tags customAttributes { key value }
    customer { id firstName lastName defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
    billingAddress ${ADDRESS} shippingAddress ${ADDRESS}
    subtotalPriceSet ${MONEY} totalDiscountsSet ${MONEY} totalTaxSet ${MONEY} totalPriceSet ${MONEY}
    totalOutstandingSet ${MONEY} totalRefundedSet ${MONEY}
    transactions(first: ${FEW}) { kind status processedAt }
    refunds(first: ${FEW}) { id }
    fulfillments(first: ${FEW}) { id status }
    ${LINES}
    ${shippingLines()}
    ${localizedFields()}
  }
}`;

const AFTER = ", after: $after";

const part = (variables: string, selection: string): string =>
  `query Part($id: ID!${variables}) { order(id: $id) { updatedAt ${selection} } }`;

/** Further pages of one order. `updatedAt` says whether it is still the order of the first page. */
export const MORE = {
  lineItems: part(", $lines: Int!, $after: String", LINES),
  shippingLines: part(", $after: String", shippingLines(AFTER)),
  localizedFields: part(", $after: String", localizedFields(AFTER)),
  fulfillmentOrders: part(", $after: String", FULFILMENT_ORDERS),
  refunds: part("", `refunds(first: ${MOST}) { id }`),
  fulfillments: part("", `fulfillments(first: ${MOST}) { id status }`),
} as const;

export const REFUND = `query Refund($id: ID!, $after: String) {
  refund(id: $id) {
    refundLineItems(first: 100, after: $after) { nodes { lineItem { id } quantity restockType } ${PAGE} }
  }
}`;

export const FULFILMENT = `query Fulfillment($id: ID!, $after: String) {
  fulfillment(id: $id) {
    fulfillmentLineItems(first: 100, after: $after) { nodes { lineItem { id } quantity } ${PAGE} }
  }
}`;

/** The order of a fulfilment order. */
export const ORDER_OF = "query OrderOf($id: ID!) { fulfillmentOrder(id: $id) { order { id } } }";

export const CHANGED = `query Changed($query: String!, $after: String) {
  orders(first: ${MOST}, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes { legacyResourceId updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus }
    ${PAGE}
  }
}`;

/** What the app may see. The order's fields are those that Shopify protects. */
export const CHECK = `query Check {
  currentAppInstallation { accessScopes { handle } }
  orders(first: 1) { nodes { id email phone shippingAddress { address1 } } }
}`;
