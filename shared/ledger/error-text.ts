import * as z from "zod/mini";

/**
 * What a connector reported of a delivery: sk `error#<destination>#<generation>`. Providers' texts echo addresses, so
 * it is an item of its own, which DynamoDB deletes with the order's body (design.md P7; docs/decisions/error-texts.md).
 */
export const ErrorText = z.object({
  text: z.string(),
  /** Of the delivery, by the write that reported it. */
  rev: z.int(),
  /** Epoch seconds: the body's. */
  expiresAt: z.int(),
});
export type ErrorText = z.infer<typeof ErrorText>;
