/** Open questions of Lingxing's documents, and its limits. (reference/providers.md 3 and 6) */
export interface LingxingSwitches {
  appId: string;
  appSecret: string;
  /** `expires_in`, and the "2 hours" of a refresh token. */
  tokenSeconds: number;
  refreshSeconds: number;
  /** "access token not match" if another process keeps fetching: a new token invalidates the old one. */
  newTokenDisplaces: boolean;
  /** Least time between two tokens: some report "60 s". */
  tokenIntervalMs: number;

  /** Whether the gateway lets our calls in; an operator must fix each other state. */
  gate: "open" | "ip-refused" | "not-granted" | "disabled" | "expired";
  /** "Valid for 2 minutes" from `timestamp`. */
  signatureSeconds: number;
  /** How the gateway writes a nested value for the signature: not documented. */
  signedNested: "either" | "sorted" | "as-sent";

  /** Requests in flight per appId and URL. */
  capacity: number;
  /** When an abandoned request's token returns, counted from the request's start. */
  abandonedMs: number;
  /** The answer to a call over the limit: the gateway's (3001008) or the second limiter's (103). */
  throttleCode: "3001008" | "103";

  /** HTTP status of error envelopes: the documents never say. */
  errorStatus: number;
  /** `code` of the gateway's envelopes, a string in the samples; of the business ones, a number. */
  gatewayCode: "string" | "number";
  businessCode: "number" | "string";

  /** The scope in which an `order_id` is unique. */
  uniqueness: "store" | "company";
  /** How long an order is missing from look-ups. */
  readDelayMs: number;
  /** How a look-up reports an unknown order. */
  unknownOrder: "empty" | "error";
  /** How an empty list is written. */
  emptyLists: "list" | "null";
  /** What a look-up's rows show: all fields, those that say which order and what of it, or not even which order. */
  rows: "whole" | "brief" | "unnamed";
  /** How look-ups write statuses, and the remaining quantity of a cancelled order. */
  statusCase: "Mixed" | "UPPER";
  cancelledQuantity: "kept" | "zero";

  /** Whether `error_details` are a list, as in the document, or one text. */
  detailsForm: "list" | "text";
  /** What a create that succeeds says besides. */
  complaint: "none" | "beside-success";

  /** Whether a field that the document does not have is refused. */
  unknownFields: "refused" | "ignored";
  /** Whether Amazon's limits are: name 50, street lines 180 and 60, phone 20, remark 750. */
  amazonLimits: "refused" | "ignored";
  /** Characters of a city: 50 in Amazon's documents, 30 have been seen. */
  cityCharacters: number;
  /** What the packing slip prints; Japanese stores print anything. */
  packingCharacters: "latin-1" | "any";
  /** A city for a Japanese store: "not required" there; Amazon says not to use it. */
  japaneseCity: "refused" | "accepted";
  /** How `region` names one of worldState/lists, if that has the country. */
  region: "code-name" | "code" | "name" | "any";
  /** `country_code` of British addresses. */
  britain: "GB" | "UK" | "either";
}

export const lingxingSwitches: LingxingSwitches = {
  appId: "ak_0123456789abc",
  appSecret: "lx+demo/secret%2B==&more",
  tokenSeconds: 7199,
  refreshSeconds: 7200,
  newTokenDisplaces: true,
  tokenIntervalMs: 0,
  gate: "open",
  signatureSeconds: 120,
  signedNested: "either",
  capacity: 1,
  abandonedMs: 120_000,
  throttleCode: "3001008",
  errorStatus: 200,
  gatewayCode: "string",
  businessCode: "number",
  uniqueness: "store",
  readDelayMs: 0,
  unknownOrder: "empty",
  emptyLists: "list",
  rows: "whole",
  statusCase: "Mixed",
  cancelledQuantity: "kept",
  detailsForm: "list",
  complaint: "none",
  unknownFields: "refused",
  amazonLimits: "refused",
  cityCharacters: 50,
  packingCharacters: "latin-1",
  japaneseCity: "refused",
  region: "code-name",
  britain: "either",
};
