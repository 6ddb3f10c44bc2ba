import { createHash } from "node:crypto";

/** The internal number of an order, the same each time: `516483487` of `XJ12H`. */
export const internalId = (orderId: string): number =>
  100_000_000 + (createHash("sha256").update(orderId).digest().readUInt32BE() % 800_000_000);
