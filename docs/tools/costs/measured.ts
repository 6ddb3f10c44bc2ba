/**
 * What the functions do, as far as it can be counted. `test/docs/tools/costs.test.ts` counts calls and units of the
 * table on DynamoDB Local with an 8 KB Shopify order, and compares these figures.
 */
export const MEASURED = {
  /** The first event of an order: order before the sends (2, with its index entry), body, order after. */
  record: { writes: 5, reads: 1 },
  /** A later event with news, the fifth: order with its trace (now just above 1 KB), body. */
  update: { writes: 4, reads: 2 },
  /** One delivery: a query; the claim and the result. */
  delivery: { writes: 2, reads: 1 },
  /**
   * One find-due pass that finds nothing. It reads and writes the cursor, reads where the walk that erases data is, and
   * queries 10 shards of the hour and of each of the 6 lists, at half a unit; the list `unread` twice. A pass just after
   * the end of an hour also reads the previous hour.
   */
  pass: { writes: 1, reads: 42 },
  /**
   * reconcile, for each connection: a start at which it is not due reads its state. A pass that finds nothing reads it
   * twice, and before each 100 orders of the list whether the API is in backoff; it takes and returns its lease and
   * writes the state. Each order of the list is one read more (test/reconcile/reconcile.test.ts counts them).
   */
  poll: { start: { reads: 1 }, pass: { writes: 3, reads: 4 } },
} as const;

/** Cautious estimates that only a running stage can measure; replace them with your dashboard's figures. */
export const ASSUMED = {
  /** Webhooks of an order over its life: created, paid, two updates, fulfilled. */
  eventsPerOrder: 5,
  /**
   * A provider's own reads of the ledger for a delivery: catalog, tokens. docs/providers/<name>.md lists exceptions.
   */
  providerReads: 3,
  /** Bytes of an item: body (8 KB of JSON, compressed), state with its trace, delivery. */
  bytes: { body: 5_000, state: 2_500, delivery: 1_200 },
  /** How long an invocation runs, s. create-order mostly waits for the provider. */
  seconds: { "receive-webhook": 0.05, "route-order": 0.15, "create-order": 2, "find-due": 0.15, reconcile: 0.05 },
  /** How long a pass of reconcile lasts, s: it waits for the channel. */
  passSeconds: 2,
  /** Bytes of log for each invocation, including metrics and Lambda's START, END and REPORT lines. */
  logBytes: {
    "receive-webhook": 1_400,
    access: 350,
    "route-order": 1_600,
    "create-order": 1_900,
    "find-due": 900,
    reconcile: 500,
    poll: 250,
    gauge: 280,
  },
  /**
   * Pollers that Lambda keeps on a queue with a maximum concurrency; each polls every 20 s. reference:
   * services-sqs-scaling
   */
  pollers: 5,
  longPoll: 20,
} as const;
