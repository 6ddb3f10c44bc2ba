/** `demo.myshopify.com`: the only form of a shop's name that its API has. Undefined for any other. */
export const shopHost = (shop: string | undefined): [string] | undefined =>
  shop !== undefined && /^[a-z\d][a-z\d-]*\.myshopify\.com$/i.test(shop) ? [shop.toLowerCase()] : undefined;
