/** Payment methods that say so by their words, in the languages that shops are written in. */
const CASH_ON_DELIVERY =
  /cash[\s_-]*on[\s_-]*delivery|pay(?:ment)?[\s_-]*(?:up)?on[\s_-]*delivery|(?:^|[^a-z])cod(?:[^a-z]|$)|nachnahme|contrassegno|contra[\s_-]*(?:entrega|reembolso)|contre[\s_-]*remboursement|(?:^|[^a-z])rembours(?:[^a-z]|$)|paiement\s*(?:à|a) la livraison|kap[ıi]da|pobrani|dob[ií]rk|utánvét|ramburs|postförskott|efterkrav|наложен|накладен|при получении|при отриманні|αντικαταβολ|貨到付款|货到付款|代金引換|代引|착불|الدفع عند الاستلام/i;

/**
 * Whether one of an order's payment methods is cash on delivery, by its words or because the connection's settings list
 * it.
 */
export const isCashOnDeliveryMethod = (names: readonly string[], listed: readonly string[]): boolean =>
  names.some((name) => CASH_ON_DELIVERY.test(name) || isListed(name, listed));

const isListed = (name: string, listed: readonly string[]): boolean =>
  listed.some((other) => other.trim().toLowerCase() === name.trim().toLowerCase());
