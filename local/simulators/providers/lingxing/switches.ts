/** What Lingxing's documents leave open, and its limits. (reference/providers.md 3 and 6) */
export interface LingxingSwitches {
  appId: string;
  appSecret: string;
  /** `expires_in`, and the "2 hours" of a refresh token. */
  tokenSeconds: number;
  refreshSeconds: number;
  /** "access token not match" when another process keeps fetching: a new token makes the old one worthless. */
  newTokenDisplaces: boolean;
  /** Least time between two tokens: "60 s" is claimed by some. */
  tokenIntervalMs: number;

  /** Who may come in at all; operator's work each. */
  gate: "open" | "ip-refused" | "not-granted" | "disabled" | "expired";
  /** "Valid for 2 minutes" from `timestamp`. */
  signatureSeconds: number;
  /** What the gateway takes for the text of a nested value: not published. */
  signedNested: "either" | "sorted" | "as-sent";

  /** Requests in flight per appId and URL. */
  capacity: number;
  /** When the place of an abandoned request is free again, counted from its beginning. */
  abandonedMs: number;
  /** Which answer reports a full bucket: that of the gateway (3001008) or the second limiter (103). */
  throttleCode: "3001008" | "103";

  /** HTTP status of error envelopes: the documents never say. */
  errorStatus: number;
  /** `code` of the gateway's envelopes, a string in the samples; of the business ones, a number. */
  gatewayCode: "string" | "number";
  businessCode: "number" | "string";

  /** Within what an `order_id` is unique. */
  uniqueness: "store" | "company";
  /** How long an order is missing from look-ups. */
  readDelayMs: number;
  /** How look-ups say that they know no such order. */
  unknownOrder: "empty" | "null" | "error";
  /** How look-ups write statuses, and what is left of the quantity of a cancelled order. */
  statusCase: "Mixed" | "UPPER";
  cancelledQuantity: "kept" | "zero";

  /** A city for a Japanese store: "not required" there, and not to be used says Amazon. */
  japaneseCity: "refused" | "accepted";
  /** Whether `region` must be one of worldState/lists, where that has the country. */
  regionByList: boolean;
  /** `country_code` of British addresses. */
  britain: "GB" | "UK" | "either";
  /** Whether one MSKU may stand in two items. */
  repeatedMsku: "accepted" | "refused";
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
  statusCase: "Mixed",
  cancelledQuantity: "kept",
  japaneseCity: "refused",
  regionByList: false,
  britain: "either",
  repeatedMsku: "refused",
};
