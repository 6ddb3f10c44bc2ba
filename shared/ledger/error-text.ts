import * as z from "zod/mini";

/**
 * What a connector reported of a delivery: sk `error#<destination>#<generation>`. Providers' texts may quote addresses,
 * so it is an item of its own, which DynamoDB deletes with the order's body (design.md P7;
 * docs/decisions/error-texts.md).
 */
export const ErrorText = z.object({
  text: z.string(),
  /** The `rev` with which the delivery was written at the same time. */
  rev: z.int(),
  /** Epoch seconds: the body's. */
  expiresAt: z.int(),
  /** The buyer's data was erased: nothing replaces this empty text. */
  erased: z.optional(z.literal(true)),
});
export type ErrorText = z.infer<typeof ErrorText>;
