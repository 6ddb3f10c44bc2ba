/** What Shoplazza's documents leave open or contradict, and its limits. (reference/providers.md 5 and 6) */
export interface ShoplazzaSwitches {
  /** Of a private app: shown in the store admin, lifetime not stated. */
  token: string;
  /** Leaky bucket by app and store. */
  appBucketSize: number;
  appLeakPerSecond: number;
  /** Leaky bucket by store, shared by all apps. */
  storeBucketSize: number;
  storeLeakPerSecond: number;
  /**
   * What the items are called: `LineItems` in the document's table, `line_items` in the specification. The other is not
   * read.
   */
  lineItems: "line_items" | "LineItems";
  /**
   * Which column's required fields are enforced: the document's, the 2022-01 specification's, or only what both require
   * (with or without the document's four: created_at, updated_at, order_status, financial_status).
   */
  required: "both" | "document" | "specification";
  /** Answers of 2022-01: `{order}`, or `{code,data:{order}}` as later versions have it. */
  wrapped: boolean;
  /** `created_at` of the request: taken as the order's own, or dropped. */
  createdAt: "own" | "as-sent";
  /** `order_status` and `financial_status` of the request: taken, or dropped (an order then waits for its payment). */
  statuses: "as-sent" | "dropped";
  /** Status words that are taken: any, those of the specification, those of the document. */
  statusWords: "any" | "specification" | "document";
  /** What becomes of tags. The note stays as it was sent. */
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
  /** What `GET /products/sku/{sku}/variants` finds: the SKU, also SKUs like it, or two variants of the SKU. */
  skuSearch: "exact" | "loose" | "twins";
  /** An unknown SKU: an empty list, or 404. */
  unknownSku: "empty" | "404";
  /** How long a new order is missing in lists. "Not documented"; by its ID it is there at once. */
  indexLagMs: number;
  /** The list's order. Not stated. */
  sort: "newest" | "oldest";
  /** More than so many is cut: 250 is documented, 200 was reported. */
  listLimit: number;
  /** `page` of 2022-01: turns pages, or is ignored. */
  paging: "pages" | "ignored";
  /** `order_tags` of 2026-01: whole tags, or not filtered at all. */
  tagFilter: "exact" | "ignored";
  /** A create is answered with a new order, or with an old cancelled one that is taken for it. */
  answers: "created" | "old-cancelled";
}

export const shoplazzaSwitches: ShoplazzaSwitches = {
  token: "spz-demo-token",
  appBucketSize: 40,
  appLeakPerSecond: 2,
  storeBucketSize: 80,
  storeLeakPerSecond: 20,
  lineItems: "line_items",
  required: "both",
  wrapped: false,
  createdAt: "own",
  statuses: "as-sent",
  statusWords: "any",
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
