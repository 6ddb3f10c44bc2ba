import { MalformedEvent } from "../../../shared/errors.ts";
import type { OrderNames } from "./payload.ts";

/**
 * The identity of an order: `id`, whatever the event called it. An order of an API of before 2020 has none: then its
 * `orderNumber`. Never `vendorOrderNumber`.
 * @throws MalformedEvent if it has neither
 */
export function orderIdentity({ id, orderNumber }: OrderNames): string {
  const identity = id ?? orderNumber;
  if (identity !== undefined) return identity;
  throw new MalformedEvent({ field: "id", problem: "is missing" });
}

/** Whether an order is the one that was asked for: old webhooks name it by its internal number. */
export const isNamed = ({ id, internalId, orderNumber }: OrderNames, asked: string): boolean =>
  [id, internalId, orderNumber].includes(asked);
