/** Entities that WordPress's `wp_specialchars_decode` knows with ENT_QUOTES; `&apos;` is none of them. */
const ENTITY = /&(?:quot|lt|gt|amp|#0*(?:34|39|60|62|38)|#[xX]0*(?:22|27|26));/g;
const NAMED: Readonly<Record<string, string>> = { "&quot;": '"', "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/**
 * The key of a webhook's secret: WooCommerce signs with the secret after it decoded the HTML entities in it, once. So a
 * secret that WordPress stored as `a&amp;b` signs as `a&b`.
 * https://github.com/woocommerce/woocommerce, includes/class-wc-webhook.php, generate_signature
 */
export const signingKey = (secret: string): string =>
  secret.replace(ENTITY, (entity) => NAMED[entity] ?? numbered(entity));

function numbered(entity: string): string {
  const digits = entity.slice(2, -1);
  return String.fromCharCode(/^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number(digits));
}
