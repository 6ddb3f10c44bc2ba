import { type Answer, bare, type CannedAnswers, json, readJson } from "../../simulator.ts";
import { failed, invalidRequest } from "./envelope.ts";
import type { KakacloHeld } from "./order-book.ts";
import type { KakacloSwitches } from "./switches.ts";

/** Only business code 10000 is documented. These are invented, and no client may rely on them. (ASSUME) */
export const CODES = { invalid: 20001, sku: 20002, balance: 20003, duplicate: 20004 } as const;

export const alreadyThere = (customOrderId: string): Answer =>
  failed(CODES.duplicate, `customOrderId ${customOrderId} already exists`);

export const cannedAnswers: CannedAnswers = {
  // 429 and 401 are documented without a body.
  throttled: () => bare(429),
  unauthorized: () => bare(401),
  serverError: () => json(500, { error: "Internal Server Error" }),
  malformed: () => invalidRequest(),
  notFound: () => json(404, { error: "Not Found" }),
  rejected: (request) => failed(CODES.balance, `Insufficient balance${quote(readJson(request))}`),
  duplicate: (request) => alreadyThere(customOrderIdOf(readJson(request))),
};

/** The answer to an accepted create. */
export function created({ rows, id, request }: KakacloHeld, { data: shape, complaints }: KakacloSwitches): Answer {
  // Written as text: a JavaScript number would damage a number of 2^53 or more.
  const data = {
    number: id,
    string: `"${id}"`,
    object: `{"kkOrderId":"${id}"}`,
    array: `[${rows.map((row) => row.id).join(",")}]`,
  }[shape];
  const errors = complaints ? `,"errors":${JSON.stringify([`phone looks odd${quote(request)}`])}` : "";
  return { ...json(200, null), body: `{"code":10000,"message":"success","data":${data}${errors}}` };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function customOrderIdOf(request: unknown): string {
  const id = isObject(request) ? request["customOrderId"] : undefined;
  return typeof id === "string" ? id : "";
}

/** Real error texts repeat the buyer's data; a test must detect a client that logs them. */
export function quote(request: unknown): string {
  const address = isObject(request) ? (request["orderAddresses"] ?? request["orderAddress"]) : undefined;
  if (!isObject(address)) return "";
  return ` (${[address["recipient"], address["phone"], address["street1"], address["city"]].filter(Boolean).join(", ")})`;
}
