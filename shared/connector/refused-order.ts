/**
 * A sentence about a provider's refusal: the destination, the SKU that the provider's words name, and these words.
 * @param skus as they were sent to the provider
 * @param said the provider's words, without secrets
 */
export function refusedOrder(destination: string, skus: readonly string[], said: string): string {
  const all = [...new Set(skus)];
  const named = all.filter((sku) => names(said, sku));
  const unknown = UNKNOWN.test(said);
  // "MSKU 不存在" names no SKU: it can be any of the order's.
  const meant = named.length > 0 ? named : unknown && /sku/i.test(said) ? all : [];
  if (meant.length === 0) return `${destination} refused the order: ${said}`;
  const called = `${named.length === 0 && meant.length > 1 ? "one of " : ""}SKU ${meant.join(", ")}`;
  return `${destination} refused the order: ${called}${unknown ? " is not known there" : ""}: ${said}`;
}

const UNKNOWN = /不存在|未找到|unknown|not (be )?(found|known|exist)|no such/i;

/** Whether a text names the whole SKU: DEMO-TEE-M does not name DEMO-TEE. */
function names(text: string, sku: string): boolean {
  for (let at = text.indexOf(sku); sku && at >= 0; at = text.indexOf(sku, at + 1)) {
    if (!/[\w-]$/.test(text.slice(0, at)) && !/^[\w-]/.test(text.slice(at + sku.length))) return true;
  }
  return false;
}
