import { type Answer, json } from "../../simulator.ts";
import type { Fields } from "./stored.ts";

/** Etsy takes no earlier time. */
const FIRST_SECOND = 946_684_800;

const time = (text: string) => /^\d{1,12}$/.test(text) && Number(text) >= FIRST_SECOND;
const flag = (text: string) => text === "true" || text === "false";
const oneOf =
  (...words: string[]) =>
  (text: string) =>
    words.includes(text);

/** https://developers.etsy.com/documentation/reference#operation/getShopReceipts */
const PARAMETERS: Readonly<Record<string, (text: string) => boolean>> = {
  ...{ min_created: time, max_created: time, min_last_modified: time, max_last_modified: time },
  limit: (text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100,
  offset: (text) => /^\d{1,9}$/.test(text),
  sort_on: oneOf("created", "updated", "receipt_id"),
  sort_order: oneOf("asc", "ascending", "desc", "descending", "up", "down"),
  ...{ was_paid: flag, was_shipped: flag, was_delivered: flag, was_canceled: flag, legacy: flag },
};

const UP = ["asc", "ascending", "up"];
const SORTED: Readonly<Record<string, string>> = { created: "created_timestamp", updated: "updated_timestamp" };

/** Receipts of the live set: `offset` counts in what the list is now. @param receipts without what is beside them */
export function listOf(query: URLSearchParams, receipts: readonly Fields[]): Answer {
  const wrong = [...query].find(([name, value]) => PARAMETERS[name]?.(value) !== true);
  if (wrong) return json(400, { error: `Invalid value for ${wrong[0]}` });
  const field = SORTED[query.get("sort_on") ?? "created"] ?? "receipt_id";
  const direction = UP.includes(query.get("sort_order") ?? "desc") ? 1 : -1;
  const rows = receipts
    .filter((receipt) => isWanted(receipt, query))
    .toSorted((a, b) => direction * (Number(a[field]) - Number(b[field])));
  const offset = Number(query.get("offset") ?? 0);
  return json(200, { count: rows.length, results: rows.slice(offset, offset + Number(query.get("limit") ?? 25)) });
}

/**
 * Without `was_canceled` there are no cancelled receipts, and the times of the last change miss refunds: a refund leaves
 * `updated_timestamp` as it was. https://github.com/etsy/open-api/issues/604
 */
function isWanted(receipt: Fields, query: URLSearchParams): boolean {
  const isCanceled = receipt["status"] === "Canceled";
  if (isCanceled !== (query.get("was_canceled") === "true")) return false;
  const within = (name: string, at: unknown) =>
    Number(at) >= Number(query.get(`min_${name}`) ?? 0) &&
    Number(at) <= Number(query.get(`max_${name}`) ?? Number.POSITIVE_INFINITY);
  const is = (name: string, value: unknown) => !query.has(name) || query.get(name) === String(value);
  return (
    within("created", receipt["created_timestamp"]) &&
    within("last_modified", receipt["updated_timestamp"]) &&
    is("was_paid", receipt["is_paid"]) &&
    is("was_shipped", receipt["is_shipped"])
  );
}
