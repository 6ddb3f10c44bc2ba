/**
 * Receives before SQS itself moves a message to the DLQ: a last resort, since every receive counts, also one that only
 * waited for its turn. Attempts are counted in the ledger (functions/create-order).
 */
export const MAX_RECEIVES = 25;
