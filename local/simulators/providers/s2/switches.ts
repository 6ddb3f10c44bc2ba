/** Open questions of S2's documents, and invented credentials. (reference/providers.md 2 and 6) */
export interface S2Switches {
  email: string;
  password: string;
  /**
   * The user's organizations. With more than one, `X-S2-Organization` is needed; the first owns accounts and orders.
   */
  organizations: readonly string[];
  /** Accounts of the first organization. */
  accounts: readonly { id: string; name: string }[];
  /** "The access token will expire in 7 days." */
  tokenLifetimeSeconds: number;
  /** The items' name: false = `items`, as in the sample; true = `item`, as in the table. */
  strictTable: boolean;
  /** Status of a successful create. Not documented; a sibling page says "200 OK or 201 Created". */
  successStatus: 200 | 201;
  /** Status for a body that the document does not allow. Not documented. */
  invalidStatus: 400 | 422;
  /**
   * Answer to a second create with the account's `channelOrderId`. Not documented; "refuse": as `POST /fulfillment`.
   * "answer-cancelled": treats every create as a repeat of one that was cancelled a year ago, and answers with that.
   */
  duplicates: "accept" | "refuse" | "answer-cancelled";
  /** Which field `GET /order?term=` searches; the document's value is "order_id". `alt` = both Alt fields. */
  term: "channelOrderId" | "alt" | "own-id" | "nothing";
  /** Whether a term must be the whole value. */
  termMatches: "whole" | "part";
  /** Of `GET /order`. Not stated. */
  sort: "newest" | "oldest";
  /**
   * Rows of `GET /order`: as the create answers; only the fields that the list page names: no items, no meta; or these
   * without account and numbers.
   */
  listRows: "whole" | "brief" | "nameless";
  /** What a list without rows is. */
  emptyList: "list" | "null";
  /** Whether a created order also has a list of warnings. */
  complaints: boolean;
  /** `GET /product?term=` searches SKU and name: true = a neighbour that merely contains the term comes first. */
  productNeighbours: boolean;
}

const ORGANIZATION = "95d73baf-76ba-4bea-86ac-1534c5e5d4aa";

export const s2Switches: S2Switches = {
  email: "demo@order-relay.invalid",
  password: "s2-demo-password",
  organizations: [ORGANIZATION, "3f424caf-0eba-4813-b3e7-7ca0393af888"],
  accounts: [
    { id: "1ac48942-405a-4841-a7d8-708f50dbe888", name: "Demo account" },
    { id: "1ac48942-405a-4841-a7d8-708f50dbe1ad", name: "Another customer's account" },
  ],
  tokenLifetimeSeconds: 7 * 24 * 60 * 60,
  strictTable: false,
  successStatus: 200,
  invalidStatus: 400,
  duplicates: "accept",
  term: "channelOrderId",
  termMatches: "part",
  sort: "newest",
  listRows: "whole",
  emptyList: "list",
  complaints: false,
  productNeighbours: false,
};
