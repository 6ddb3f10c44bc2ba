/**
 * Receives before SQS itself moves a message to the DLQ. It is a last resort, since every receive counts, even one that
 * only waited for its turn. The ledger counts attempts (functions/create-order).
 */
export const MAX_RECEIVES = 25;
