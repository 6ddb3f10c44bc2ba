import { Rejected } from "../errors.ts";

/**
 * Converts our pieces to the provider's packs.
 * @param packSize pieces of ours in one of theirs, as the operator's catalog says; 1 without it
 * @throws Rejected if they do not make whole packs: half a pack cannot be ordered, a whole one would be too much
 */
export function inPacks(pieces: number, packSize: number | undefined, sku: string, destination: string): number {
  const size = packSize ?? 1;
  if (pieces % size === 0) return pieces / size;
  throw new Rejected(
    `${pieces} of SKU ${sku} do not make whole packs of ${size}, as the catalog of ${destination} has it: change the order or the catalog.`,
  );
}
