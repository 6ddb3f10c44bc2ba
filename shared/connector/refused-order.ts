/**
 * One sentence of a provider's refusal: whose order, which SKU its words name or miss, and its words.
 * @param skus as they were sent to the provider
 * @param said the provider's words, without secrets
 */
export function refusedOrder(destination: string, skus: readonly string[], said: string): string {
  const all = [...new Set(skus)];
  const named = all.filter((sku) => names(said, sku));
  const unknown = UNKNOWN.test(said);
  // "MSKU 不存在" names none: then it can be any of them.
  const meant = named.length > 0 ? named : unknown && /sku/i.test(said) ? all : [];
  if (meant.length === 0) return `${destination} refused the order: ${said}`;
  const called = `${named.length === 0 && meant.length > 1 ? "one of " : ""}SKU ${meant.join(", ")}`;
  return `${destination} refused the order: ${called}${unknown ? " is not known there" : ""}: ${said}`;
}

const UNKNOWN = /不存在|未找到|unknown|not (be )?(found|known|exist)|no such/i;

/** As a whole: DEMO-TEE is not named by DEMO-TEE-M. */
function names(text: string, sku: string): boolean {
  for (let at = text.indexOf(sku); sku && at >= 0; at = text.indexOf(sku, at + 1)) {
    if (!/[\w-]$/.test(text.slice(0, at)) && !/^[\w-]/.test(text.slice(at + sku.length))) return true;
  }
  return false;
}
