import * as z from "zod/mini";
import {
  Config,
  Connection,
  Destination,
  Endpoint,
  ExistingQueue,
  LedgerSettings,
  Missing,
  Probe,
  Retention,
  Route,
  Timing,
} from "../../shared/stage/config.ts";
import { Duration } from "../../shared/stage/duration.ts";

const Count = z.int().check(z.minimum(1));
const Recipient = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/\S+|[^@\s]+@[^@\s]+)$/,
      "an e-mail address or an https:// address that takes SNS notifications",
    ),
  );
const Arn = z.string().check(z.regex(/^arn:/, "an ARN, as the AWS console shows it"));

/** Settings of the stack that no function reads. */
export const Infrastructure = z.object({
  /**
   * Memory (MB) and timeout by function: `receive-webhook`, `route-order`, `find-due`, `reconcile`,
   * `create-order-<provider>`.
   * Default: 512 MB for receive-webhook (Shopify waits 5 s, others less), 256 for the others; timeouts as in `timing`,
   * or the provider's own.
   */
  functions: z._default(
    z.record(
      z.string(),
      z.strictObject({
        memory: z.optional(z.int().check(z.minimum(128), z.maximum(10_240))),
        timeout: z.optional(Duration),
      }),
    ),
    {},
  ),
  /** Concurrent invocations of route-order. */
  routeConcurrency: z._default(z.int().check(z.minimum(2), z.maximum(1000)), 10),
  /**
   * "Concurrent executions" of the account and region (Service Quotas): all consumers together leave a fifth for
   * receive-webhook.
   */
  accountConcurrency: z._default(Count, 1000),
  /**
   * Of each webhook route, per second. Keep it generous: with a low limit a forger can starve the shop; WooCommerce
   * never retries. Default: what `accountConcurrency` carries (throttle.ts), 500 and 1000 of an account's 1000.
   */
  throttle: z.optional(z.strictObject({ rate: Count, burst: Count })),
  /** Instances of receive-webhook kept warm, for senders that wait 500 ms (Mercado Libre) or 1250 ms (Wix). */
  provisionedConcurrency: z._default(z.int().check(z.minimum(0)), 0),
  /**
   * Providers and channels that accept calls only from allow-listed addresses: the Lambdas that call them do so from
   * one Elastic IP, a stack output. One function calls the APIs of all channels.
   */
  fixedEgress: z._default(z.array(z.string()), []),
  /**
   * A custom domain for webhooks. `certificate`: from ACM, in the stage's region. `zone`: in Route 53; without it,
   * point a CNAME at the stack output. The API's own address is closed then, unless shops are still registered with it
   * (`keepApiAddress`).
   */
  domain: z.optional(
    z.strictObject({
      name: z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a host name: hooks.example.com")),
      certificate: Arn,
      zone: z.optional(z.strictObject({ id: z.string(), name: z.string() })),
      keepApiAddress: z._default(z.boolean(), false),
    }),
  ),
  /**
   * Recipients of alarms: `page` when the pipeline or a provider is broken, `ticket` when an order's data needs fixing.
   */
  alarms: z._default(z.strictObject({ page: z.array(Recipient), ticket: z.array(Recipient) }), {
    page: [],
    ticket: [],
  }),
  /** Values at which alarms go off. */
  thresholds: z._default(
    z.strictObject({
      /** Orders of a connection that are held for an operator; orders that wait for payment do not count. */
      heldOrders: z._default(Count, 1),
      /** Webhooks of a connection in 5 minutes that were refused with 401. */
      signatureFailures: z._default(Count, 10),
      /** Orders of a connection in a day that only reconcile found: their webhooks were missed. */
      missedEvents: z._default(Count, 3),
      /** Throttle answers of a destination in 15 minutes. */
      throttledCalls: z._default(Count, 20),
    }),
    { heldOrders: 1, signatureFailures: 10, missedEvents: 3, throttledCalls: 20 },
  ),
});
export type Infrastructure = z.infer<typeof Infrastructure>;

/** The whole stage file. Strict, so that a misspelt field is a mistake and not a default. */
export const StageFile = z.strictObject({
  ...Config.shape,
  ...Infrastructure.shape,
  endpoints: z.optional(z.array(z.strictObject(Endpoint.shape))),
  connections: z.array(z.strictObject({ ...Connection.shape, queue: z.optional(z.strictObject(ExistingQueue.shape)) })),
  destinations: z.array(
    z.strictObject({ ...Destination.shape, missing: z._default(z.strictObject(Missing.shape), {}) }),
  ),
  routes: z.array(z.strictObject(Route.shape)),
  probe: z.optional(z.strictObject(Probe.shape)),
  timing: z.optional(z.strictObject(Timing.shape)),
  retention: z.optional(z.strictObject(Retention.shape)),
  ledger: z.optional(z.strictObject(LedgerSettings.shape)),
});

/** The content of `infra/stages/<stage>.ts`. Durations as text: `90s`, `4h`, `60d`. */
export type StageFile = z.input<typeof Config> & z.input<typeof Infrastructure>;

/** Types a stage file; read-stage.ts checks it. */
export const defineStage = (file: StageFile): StageFile => file;
