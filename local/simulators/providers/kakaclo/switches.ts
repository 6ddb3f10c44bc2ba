/** Open questions of KakaClo's documents, and its limits. (reference/providers.md 1 and 6) */
export interface KakacloSwitches {
  /** KakaClo issues it by hand; its lifetime is not documented. */
  token: string;
  /** Leaky bucket "size 120, leak 2/s", keyed by app and store: here by token. */
  bucketSize: number;
  leakPerSecond: number;
  /** The address object: false = `orderAddresses`, as in the body sample; true = `orderAddress`, as in the table. */
  strictTable: boolean;
  /** Answer to a second create with the same `customOrderId`. Not documented. */
  duplicates: "accept" | "refuse";
  /**
   * "grouped according to the location of the sku warehouse": `several` = an order per country, each a row with our
   * customOrderId; `one-row` = one row whose items name their country, so that one SKU may occur twice.
   * SKUs that end in -CN or -US are in that country; of any other, half (rounded up) is in CN, the rest in US.
   */
  split: "none" | "several" | "one-row";
  /** `data` of a successful create: the sample has a number, the table `kkOrderId String[32]`. */
  data: "number" | "string" | "object" | "array";
  /** `data` of the first create: digits. Later ones count up. */
  firstOrderId: string;
  /** Rows of the list: the V2 field names, or the older ones that V2's own sample still shows. */
  vocabulary: "new" | "old";
  /** `id` of a row: a string in the samples, a number in the table. */
  rowId: "string" | "number";
  /** What a row shows: `brief` has no remark, `nameless` neither a remark nor a number of ours. */
  rows: "whole" | "brief" | "nameless";
  /** A page without rows: an empty list, `null` for the list, or `null` for all of `data`. */
  emptyList: "list" | "null" | "no-data";
  /** Whether a success also has a list of errors. */
  complaints: boolean;
  /** Whether it takes only the sale platforms of the document's list. */
  salePlatforms: "listed" | "any";
  /** How long the list lags (Elasticsearch, "up to 5 minutes"). */
  indexLagMs: number;
  /** Time from a refund request to its success ("within 1 hour", at most 24). */
  refundAfterMs: number;
  /** US dollars on the account; "an order needs sufficient balance". Every unit costs 9.99, freight is free. */
  balance: number;
}

export const kakacloSwitches: KakacloSwitches = {
  token: "kk-demo-token",
  bucketSize: 120,
  leakPerSecond: 2,
  strictTable: false,
  duplicates: "accept",
  split: "none",
  data: "number",
  firstOrderId: "1000000371651",
  vocabulary: "new",
  rowId: "string",
  rows: "whole",
  emptyList: "list",
  complaints: false,
  salePlatforms: "listed",
  indexLagMs: 0,
  refundAfterMs: 0,
  balance: 1_000_000_000,
};
