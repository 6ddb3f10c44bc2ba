/** Open or contradictory points of Shoplazza's documents, and its limits. (reference/providers.md 5 and 6) */
export interface ShoplazzaSwitches {
  /** Token of a private app, from the store admin; its lifetime is not documented. */
  token: string;
  /** Leaky bucket by app and store. */
  appBucketSize: number;
  appLeakPerSecond: number;
  /** Leaky bucket by store, shared by all apps. */
  storeBucketSize: number;
  storeLeakPerSecond: number;
  /**
   * Name of the items: `LineItems` in the document's table, `line_items` in the specification. It ignores the other.   */
  lineItems: "line_items" | "LineItems";
  /**
   * Whose required fields it enforces: the document's, the 2022-01 specification's, or only those that both require
   * (with or without the document's four: created_at, updated_at, order_status, financial_status).
   */
  required: "both" | "document" | "specification";
  /** Answers of 2022-01: `{order}`, or `{code,data:{order}}` as later versions have it. */
  wrapped: boolean;
  /** `created_at` of the request: used, or dropped. */
  createdAt: "own" | "as-sent";
  /** `order_status` and `financial_status` of the request: used, or dropped (the order then waits for its payment). */
  statuses: "as-sent" | "dropped";
  /** A version of which no path is left: then creates go to 2026-01. */
  retired: "none" | "2022-01";
  /** Accepted status words: those of both, of the specification, of the document, or any. */
  statusWords: "both" | "specification" | "document" | "any";
  /** Field names that neither column has: refused, or ignored as Go's decoder does by default. */
  unknownFields: "refused" | "ignored";
  /** Whether codes, names and the e-mail address are checked: ISO 3166-1, ISO 4217, an "@". */
  values: "checked" | "unchecked";
  /** An empty list in an answer: `[]`, or `null` as Go writes a nil slice. */
  emptyLists: "list" | "null";
  /** Rows of a list: as the order itself, or without tags and note. */
  listRows: "whole" | "brief";
  /** Whether the answer to a create complains of something beside the order. */
  complaints: boolean;
  /** What it does with tags. It keeps the note as sent. */
  tags: "kept" | "lower-case" | "dropped";
  /** Whether the answer to a create shows tags and note. */
  answerShowsMarks: boolean;
  /** The shop's own price of every unit: prices cannot be sent. */
  unitPrice: string;
  /** `config.product_tax_included`: false = tax_total is added to the sum of the lines. */
  taxIncluded: boolean;
  currency: string | undefined;
  /** Cash on delivery, if the merchant has enabled it. */
  cashOnDelivery: boolean;
  /** Result of `GET /products/sku/{sku}/variants`: the SKU, also similar SKUs, or two variants of the SKU. */
  skuSearch: "exact" | "loose" | "twins";
  /** Answer to an unknown SKU: an empty list, or 404. */
  unknownSku: "empty" | "404";
  /** How long a new order is missing in lists. "Not documented"; a query by its ID finds it at once. */
  indexLagMs: number;
  /** The sort order of lists. Not documented. */
  sort: "newest" | "oldest";
  /** Largest page; more is cut: 250 is documented, 200 was reported. */
  listLimit: number;
  /** `page` of 2022-01: turns pages, or is ignored. */
  paging: "pages" | "ignored";
  /** `order_tags` of 2026-01: whole tags, or not filtered at all. */
  tagFilter: "exact" | "ignored";
  /** Whether a create is answered with a new order, or with an old cancelled one. */
  answers: "created" | "old-cancelled";
}

export const shoplazzaSwitches: ShoplazzaSwitches = {
  token: "spz-demo-token",
  appBucketSize: 40,
  appLeakPerSecond: 2,
  storeBucketSize: 80,
  storeLeakPerSecond: 20,
  lineItems: "line_items",
  required: "document",
  wrapped: false,
  createdAt: "own",
  statuses: "as-sent",
  retired: "none",
  statusWords: "both",
  unknownFields: "refused",
  values: "checked",
  emptyLists: "list",
  listRows: "whole",
  complaints: false,
  tags: "kept",
  answerShowsMarks: true,
  unitPrice: "19.99",
  taxIncluded: true,
  currency: undefined,
  cashOnDelivery: true,
  skuSearch: "exact",
  unknownSku: "empty",
  indexLagMs: 0,
  sort: "newest",
  listLimit: 250,
  paging: "pages",
  tagFilter: "exact",
  answers: "created",
};
