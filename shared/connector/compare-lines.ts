/** One product and how many of it, in the provider's own terms. */
export interface ProductQuantity {
  product: string;
  quantity: number;
}

function sumsOf(lines: readonly ProductQuantity[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { product, quantity } of lines) sums.set(product, (sums.get(product) ?? 0) + quantity);
  return sums;
}

/**
 * Compares what a provider has with what was sent, by the sum per product: providers merge and split lines.
 * `part`: nothing but what was sent, and not all of it. `difference` names products and numbers only.
 */
export function compareLines(
  sent: readonly ProductQuantity[],
  held: readonly ProductQuantity[],
): { lines: "same" | "part" | "other"; difference: string } {
  const [wanted, there] = [sumsOf(sent), sumsOf(held)];
  const differing = [...new Set([...wanted.keys(), ...there.keys()])]
    .map((product) => ({ product, ours: wanted.get(product) ?? 0, theirs: there.get(product) ?? 0 }))
    .filter(({ ours, theirs }) => ours !== theirs);
  const difference = differing
    .map(({ product, ours, theirs }) => `${theirs} of ${product} instead of ${ours}`)
    .join(", ");
  if (differing.length === 0) return { lines: "same", difference };
  return { lines: differing.every(({ ours, theirs }) => theirs < ours) ? "part" : "other", difference };
}
