export { shopify } from "./shopify/index.ts";
export { standard } from "./standard/index.ts";
