import { compare, type Decimal, multiply, sum } from "../../../shared/decimal.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Money } from "./payload.ts";

type MaybeMoney = Money | null | undefined;

/** An amount in a currency, before or after eBay converted it; undefined if it is given in neither. */
function valueIn(currency: string, money: Money): Decimal | undefined {
  if (money.currency === currency) return money.value;
  return money.convertedFromCurrency === currency ? (money.convertedFromValue ?? undefined) : undefined;
}

/** An amount of an order in the order's currency. @throws MalformedEvent if it is given in another one alone */
export function amountIn(currency: string, money: MaybeMoney, field: string): Decimal | undefined {
  if (!money) return undefined;
  const value = valueIn(currency, money);
  if (value !== undefined) return value;
  throw new MalformedEvent({ field: `${field}.currency`, problem: "is not that of the order's total" });
}

/** eBay writes some discounts below zero, and others above. */
export const withoutSign = (amount: Decimal): Decimal => (compare(amount, "0") < 0 ? multiply(amount, "-1") : amount);

/** The sum of refunds that were made. Undefined if one is not given in the order's currency. */
export function refundedIn(
  currency: string,
  refunds: readonly { amount?: MaybeMoney; refundStatus?: string | undefined }[],
): Decimal | undefined {
  const values = refunds
    .filter(({ refundStatus }) => refundStatus !== "FAILED")
    .map(({ amount }) => (amount ? valueIn(currency, amount) : undefined));
  return values.includes(undefined) ? undefined : sum(values.flatMap((value) => value ?? []).map(withoutSign));
}
