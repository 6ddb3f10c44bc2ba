/**
 * What the functions do, counted where it can be counted. Calls and units of the table: `test/docs/tools/costs.test.ts` counts them on
 * DynamoDB Local with an 8 KB order of Shopify's, and holds these figures to it.
 */
export const MEASURED = {
  /** The first event of an order: order before the sends (2, with its index entry), body, order after. */
  record: { writes: 5, reads: 1 },
  /** A later event that says something new, the fifth: order with its trace (just above 1 KB by then), body. */
  update: { writes: 4, reads: 1 },
  /** One delivery: a query; the claim and the result. */
  delivery: { writes: 2, reads: 1 },
  /**
   * One pass of find-due that finds nothing: the cursor read and written; of the work list 10 shards of the hour and of each
   * of the 5 lists, half a unit a query. A pass just after an hour's end reads the hour before it too.
   */
  pass: { writes: 1, reads: 31 },
} as const;

/** What only a running stage shows. Cautious; replace them by what your dashboard shows. */
export const ASSUMED = {
  /** Webhooks of an order over its life: created, paid, two updates, fulfilled. */
  eventsPerOrder: 5,
  /** A provider's own reads of the ledger for a delivery: catalog, tokens. docs/providers/<name>.md has what is special. */
  providerReads: 3,
  /** Bytes of an item: body (8 KB of JSON, compressed), state with its trace, delivery. */
  bytes: { body: 5_000, state: 2_500, delivery: 1_200 },
  /** How long an invocation runs, s. create-order mostly waits for the provider. */
  seconds: { "receive-webhook": 0.05, "route-order": 0.15, "create-order": 2, "find-due": 0.15 },
  /** Bytes of log an invocation, metrics and Lambda's own START, END and REPORT lines included. */
  logBytes: {
    "receive-webhook": 1_400,
    access: 350,
    "route-order": 1_600,
    "create-order": 1_900,
    "find-due": 900,
    gauge: 280,
  },
  /** Pollers that Lambda keeps on a queue with a maximum concurrency, each asking every 20 s. reference: services-sqs-scaling */
  pollers: 5,
  longPoll: 20,
} as const;
