/**
 * A header of either family: `shopify-topic`, as newer deliveries name it, else `X-Shopify-Topic`. The newer comes
 * first, as Shopify's own library looks for them (Shopify/shopify-app-js,
 * packages/apps/shopify-api/lib/webhooks/validate.ts).
 */
export const header = (headers: Record<string, string>, name: string): string | undefined =>
  headers[`shopify-${name}`] ?? headers[`x-shopify-${name}`];
