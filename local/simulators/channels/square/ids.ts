import { randomInt } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** As long as Square's own: 28 characters of an order, 22 of a line. */
export const newId = (length: number): string =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");

/** Of what belongs to an order, from the order's own. */
export const paymentId = (orderId: string): string => `P${orderId}`;
export const refundId = (orderId: string): string => `R${orderId}`;
export const returnOrderId = (orderId: string): string => `T${orderId}`;
