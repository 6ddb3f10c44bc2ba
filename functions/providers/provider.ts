import type * as z from "zod/mini";
import type { Tools } from "../../shared/connector/tools.ts";
import type { Line, Order } from "../../shared/order.ts";
import type { Missing } from "../../shared/stage/config.ts";

/**
 * A kind of system where orders are created. Everything it needs of the outside (HTTP, cache, lease, catalog, clock) its
 * tools hand it; it does nothing when imported.
 */
export interface Provider<Settings = unknown, Secret = unknown> {
  readonly name: string;
  /** As the vendor writes it. */
  readonly title: string;
  /** `settings` of its destinations in the stage file; every switch of docs/providers/<name>.md. */
  readonly settings: z.ZodMiniType<Settings>;
  /**
   * What `destinations["<provider>/<name>"]` of the secrets holds. `baseUrl` belongs here: credentials never leave for
   * another host. Each field has a description (`z.describe`), for the person who fills it in.
   */
  readonly secret: z.ZodMiniType<Secret>;
  /** What our reference may look like there. */
  readonly reference: { maxLength: number; characters: RegExp };
  /** ms. `settling`: how long "not there" proves nothing; `call`: of one call; `function`: the Lambda's timeout where the stage's default is too short. */
  readonly timing: { settling: number; call: number; function?: number };
  /** Fixed event source settings where one in flight is the rule: maximum concurrency 2, batch size 1. */
  readonly oneInFlight?: boolean;
  open(account: Account<Settings, Secret>, tools: Tools): Client;
}

/** One destination, its settings and secret parsed. */
export interface Account<Settings, Secret> {
  /** `kakaclo/demo` */
  destination: string;
  settings: Settings;
  secret: Secret;
  missing: Missing;
}

/** An order on its way to one destination. */
export interface Outgoing {
  channel: string;
  connection: string;
  order: Order;
  /** Only those of `order.lines` that go to this destination; `quantityToShip(line)` of each is above 0. */
  lines: Line[];
  /** The natural key we send; fixed with the delivery. */
  reference: string;
}

/** One product as the provider will see it: look-ups compare sums of `quantity` per `product`. */
export interface SentLine {
  /** Of our order. */
  id: string;
  sku: string;
  /** In the provider's units. */
  quantity: number;
  /** The provider's key: SKU, product or variant ID. */
  product: string;
}

/** All that a create needs, known before a claim is made. `request` is the connector's own, kept in memory only. */
export interface Prepared<Request = unknown> {
  request: Request;
  lines: SentLine[];
}

/** What an earlier claim says was, or was about to be, sent. Times in epoch ms. */
export interface Sent {
  reference: string;
  lines: SentLine[];
  firstSentAt: number;
  lastSentAt: number;
}

export interface Created {
  providerOrderIds: string[];
  /** A step still open after creation, run by `followUp` until it succeeds: "mark-paid". */
  followUp?: string;
  /** Recorded with the delivery: "provider's total is 12.00, ours 12.50". No personal data. */
  notes?: string[];
  /**
   * What the provider complained of in an answer that says it created the order. It may quote the buyer, so it is kept
   * as an error text is: until the order's body expires. A note that stays says that there was one.
   */
  complaint?: string;
}

/** What the provider's own records say of our reference. */
export type Found =
  | { found: "same"; providerOrderIds: string[]; followUp?: string; notes?: string[] }
  /** `conclusive: false` where the search could have missed it; then it proves nothing, however late. */
  | { found: "nothing"; conclusive: boolean }
  /** An order of this reference with other lines: another system's, or not what we sent. */
  | { found: "different"; reason: string }
  | { found: "cancelled"; providerOrderIds: string[]; reason: string };

/**
 * One destination, opened for one record: its tools end with that record's deadline. What an environment keeps between
 * records is in `tools.memory`. Errors by what happens next (shared/errors.ts): Rejected, Misconfigured,
 * Unavailable, Throttled, Deferred; from `create` also InDoubt and AlreadyExists. Anything else thrown by `create` is taken
 * as in doubt; anything else thrown by `prepare`, `find` or `followUp` is retried.
 */
export interface Client {
  /** Resolves product IDs, customers, addresses; each step safe to repeat. Creates no order. */
  prepare(outgoing: Outgoing): Promise<Prepared>;
  /** Exactly one create call (after whatever checks the provider wants before it). */
  create(prepared: Prepared, outgoing: Outgoing): Promise<Created>;
  find(sent: Sent, outgoing: Outgoing): Promise<Found>;
  followUp?(step: string, providerOrderIds: string[], outgoing: Outgoing): Promise<void>;
  /** A call that changes nothing and proves the credentials: `npm run secrets`. */
  check?(): Promise<void>;
}

/** Keeps a provider's types together where it is declared, and lets the registry hold providers of every kind. */
export const defineProvider = <Settings, Secret>(provider: Provider<Settings, Secret>): Provider<Settings, Secret> =>
  provider;
