import { randomInt } from "node:crypto";

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join("");

/** `06-15211-22068` */
export const newOrderId = (): string => `${digits(2)}-${digits(5)}-${digits(5)}`;
/** `10085010063106` */
export const newLineId = (): string => `100${digits(11)}`;
