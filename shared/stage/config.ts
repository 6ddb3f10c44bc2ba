import * as z from "zod/mini";
import { ServiceLevel, ShippingKind } from "../shipping-kind.ts";
import { Duration } from "./duration.ts";
import { WORK_LIST_SHARDS } from "./names.ts";

const Name = z
  .string()
  .check(z.regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, "lower-case letters, digits and hyphens, at most 32"));
/** `shopify/main`, `kakaclo/demo`. */
const Path = z.string().check(z.regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, "two names with a slash: shopify/main"));

/** The address that a channel sends to, with its signing keys: `POST /webhooks/<channel>/<name>`. */
export const Endpoint = z.object({
  channel: Name,
  name: Name,
  /** As registered at the channel, if the channel signs its address. */
  url: z.optional(z.string().check(z.regex(/^https:\/\/[^\s/]+\/\S*$/, "an https:// address"))),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** A text of the shop's own, in any case; `*` matches any text: `TIP-*`. */
const Wording = z.string().check(z.trim(), z.minLength(1));

/** How a connection's orders are read, whatever their channel (as-configured.ts). All of it is optional. */
const ReadAs = z.object({
  /** Service levels by shipping method, its title or code as the shop writes it: `{ "DHL Express": "priority" }`. */
  serviceLevels: z.optional(z.record(Wording, ServiceLevel)),
  /**
   * How orders reach the buyer, by shipping method (title or code) or by a tag of the order: `{ "Main Street Store":
   * "pick-up" }`. Only "ship" is sent to providers.
   */
  shippingKinds: z.optional(z.record(Wording, ShippingKind)),
  /** Lines that are not goods, by SKU or title: `["Shipping protection*", "TIP-*"]`. They are not sent. */
  notGoods: z.optional(z.array(Wording)),
  /** Fulfilment services whose lines we send, as the channel names them. Lines of all others are not sent. */
  fulfilmentServices: z.optional(z.array(Wording)),
});
export type ReadAs = z.infer<typeof ReadAs>;

/** A queue that the stack does not make, in this account or another. infra/stage-file/check-endpoints.ts checks both ARNs. */
export const ExistingQueue = z.object({
  arn: z.string(),
  /** Of the KMS key that encrypts it, if one does. */
  key: z.optional(z.string()),
});

/** One configured shop or seller account of a channel. */
export const Connection = z.object({
  channel: Name,
  name: Name,
  /** The endpoint that receives its events. Default: an endpoint of its own, with its name. */
  endpoint: z.optional(Name),
  /** First part of every reference we send for this connection's orders. Never change it once orders were created. */
  key: z.string().check(z.regex(/^[A-Za-z0-9]{1,8}$/, "1 to 8 letters or digits")),
  /** Orders placed before are recorded and not routed. Required except for the local demo. */
  since: z.optional(z.iso.datetime({ offset: true })),
  /**
   * Orders that are older when first seen are recorded and not routed: a bulk edit sends "updated" for years of them.
   * "none" is for the demo only.
   */
  maxOrderAge: z._default(z.union([z.literal("none"), Duration]), 60 * 86_400_000),
  /**
   * The channel's own shop or seller ID, as its events name it. Required if several connections share an endpoint, or
   * where the channel sends to queues.
   */
  shop: z.optional(z.string()),
  /** The queue that its events come on, where a channel sends to queues. Default: one that the stack makes. */
  queue: z.optional(ExistingQueue),
  /**
   * How often the orders that changed at the channel are listed, to find those whose webhook was missed. It runs once a
   * minute at most. "off": never.
   */
  reconcileEvery: z._default(z.union([z.literal("off"), Duration]), 15 * 60_000),
  /** Orders that one such pass queues at most; the next pass, a minute later, goes on. */
  reconcileMost: z._default(z.int().check(z.minimum(1), z.maximum(5000)), 500),
  /** No event for this long raises an alarm: 1 hour to 7 days. */
  silentAfter: z._default(Duration, 7 * 86_400_000),
  ...ReadAs.shape,
  /** An order that is held for this long, for any reason, raises a ticket, once. */
  heldTooLong: z._default(Duration, 3 * 86_400_000),
  /** Of the channel's own. */
  settings: z._default(z.record(z.string(), z.unknown()), {}),
});
export type Connection = z.infer<typeof Connection>;

/** The values a destination sends if the order lacks one that the provider requires (reference/providers.md 5b). */
export const Missing = z.object({
  email: z.optional(z.string()),
  phone: z.optional(z.string()),
  province: z.optional(z.string()),
  provinceCode: z.optional(z.string()),
  postcode: z.optional(z.string()),
  city: z.optional(z.string()),
  name: z.optional(z.string()),
  lastName: z.optional(z.string()),
});
export type Missing = z.infer<typeof Missing>;

/** One configured account of a provider. */
export const Destination = z.object({
  provider: Name,
  name: Name,
  /** "plain" sends the channel order ID as it is; allowed only if exactly one connection routes here. */
  references: z._default(z.enum(["keyed", "plain"]), "keyed"),
  missing: z._default(Missing, {}),
  /** How long after an attempt "not there" proves nothing. Default: the provider's. */
  settling: z.optional(Duration),
  /** Of one call. Default: the provider's. */
  callTimeout: z.optional(Duration),
  maxConcurrency: z._default(z.int().check(z.minimum(2), z.maximum(1000)), 2),
  /** Of the provider's own, described in docs/providers/<name>.md. */
  settings: z._default(z.record(z.string(), z.unknown()), {}),
});
export type Destination = z.infer<typeof Destination>;

/** Which orders of which connections go to which destinations, and when. */
export const Route = z.object({
  from: z.array(Path),
  to: z.array(Path),
  /**
   * When an order is due: "ready", once it is paid or is cash on delivery; "paid", once it is paid, and nothing else;
   * "placed", at once.
   */
  when: z._default(z.enum(["ready", "paid", "placed"]), "ready"),
  /** Test orders and test deliveries too. */
  test: z._default(z.boolean(), false),
});
export type Route = z.infer<typeof Route>;

/** A signed test order that the stage sends to itself. */
export const Probe = z.object({
  /** A connection of the channel `standard` without a route: `standard/probe`. */
  connection: Path,
  every: z._default(Duration, 15 * 60_000),
});

/** Every duration. The defaults are for production; the local stage uses seconds. */
export const Timing = z.object({
  /** Added to the function's timeout for a lease: the clocks of two environments differ. */
  leaseSkew: z._default(Duration, 30_000),
  /** Longest wait inside a function, for something that will soon be possible. */
  shortWait: z._default(Duration, 5_000),
  retryBase: z._default(Duration, 30_000),
  retryCap: z._default(Duration, 30 * 60_000),
  /** A delivery is attempted for at least this long before it is given up as failed. */
  giveUpAfter: z._default(Duration, 6 * 3_600_000),
  throttleBase: z._default(Duration, 1_000),
  throttleCap: z._default(Duration, 60_000),
  /** Of one call of a channel's API. */
  channelCall: z._default(Duration, 10_000),
  /**
   * An order that neither the channel's API nor the ledger has may appear within this; after it, its event goes to the
   * DLQ.
   */
  goneAfter: z._default(Duration, 15 * 60_000),
  /**
   * Pause before the first look at an order that its channel holds, and the longest pause; each is twice the one
   * before.
   */
  holdLookAfter: z._default(Duration, 5 * 60_000),
  holdLookCap: z._default(Duration, 6 * 3_600_000),
  /**
   * Longest delay between two receives of an event whose order cannot be fetched; longer if 25 would not last
   * (retry-delay.ts).
   */
  fetchRetryCap: z._default(Duration, 3 * 3_600_000),
  /** Longest time that a message is given back for: SQS allows 12 h per receive. */
  longestVisibility: z._default(Duration, 11 * 3_600_000),
  /** After this time, find-due looks at an order that may have been forgotten. */
  dueAfter: z._default(Duration, 15 * 60_000),
  /** A delivery that is open for this long is overdue and raises an alarm. */
  overdueAfter: z._default(Duration, 3_600_000),
  /** find-due reads this far back again: the index is eventually consistent. */
  dueOverlap: z._default(Duration, 5 * 60_000),
  secretsMaxAge: z._default(Duration, 5 * 60_000),
  /** After a signature that did not match, a secret is read again at most once in this time. */
  secretsRecheck: z._default(Duration, 10_000),
  /** Function timeouts. */
  receiveTimeout: z._default(Duration, 10_000),
  routeTimeout: z._default(Duration, 60_000),
  createTimeout: z._default(Duration, 90_000),
  findDueTimeout: z._default(Duration, 60_000),
  /** Visibility of queues = this many function timeouts; AWS asks for at least 6. */
  visibilityFactor: z._default(z.number().check(z.minimum(6)), 6),
  /** How often one walk of the work list works off the requests to erase data. */
  erasureEvery: z._default(Duration, 86_400_000),
  /**
   * How long a request by buyer or shop is repeated: as long as a queue and then its DLQ may keep an event that brings
   * the data back, with time for a redrive.
   */
  erasureRepeat: z._default(Duration, 30 * 86_400_000),
  /** A request that has waited for this long, with data left to erase, raises a ticket: the law gives a month. */
  erasureLate: z._default(Duration, 25 * 86_400_000),
  /** Of one pass of reconcile over a connection: what is left then waits for the next pass. */
  reconcilePass: z._default(Duration, 45_000),
  reconcileTimeout: z._default(Duration, 60_000),
  /** An order that reconcile finds this long after its change, and no event brought, counts as missed. */
  missedAfter: z._default(Duration, 10 * 60_000),
  /** No whole pass of a connection for this long, or for four of its intervals, raises an alarm. */
  reconcileOverdueAfter: z._default(Duration, 3_600_000),
  /** How often find-due runs. EventBridge takes no less than a minute; the local stack does. */
  findDueEvery: z._default(Duration, 60_000),
});
export type Timing = z.infer<typeof Timing>;

export const Retention = z.object({
  states: z._default(Duration, 400 * 86_400_000),
  bodies: z._default(Duration, 90 * 86_400_000),
  events: z._default(Duration, 60 * 86_400_000),
  queues: z._default(Duration, 4 * 86_400_000),
  deadLetters: z._default(Duration, 14 * 86_400_000),
  logs: z._default(Duration, 90 * 86_400_000),
});

/** How the ledger is written. */
export const LedgerSettings = z.object({
  /**
   * Over how many index keys the entries of an hour or a list are spread. One is enough for 1,000 new orders a second.
   * It may change at any time: readers query all possible keys.
   */
  workListShards: z._default(z.int().check(z.minimum(1), z.maximum(WORK_LIST_SHARDS)), 1),
});
export type LedgerSettings = z.infer<typeof LedgerSettings>;

/** The configuration of one deployment, as it travels in each function's bundle. */
export const Config = z.object({
  stage: Name,
  /** Only endpoints that need more than a name: that serve several connections, or whose address the channel signs. */
  endpoints: z._default(z.array(Endpoint), []),
  connections: z.array(Connection),
  destinations: z.array(Destination),
  routes: z.array(Route),
  /** Off by default. */
  probe: z.optional(Probe),
  timing: z._default(Timing, () => z.parse(Timing, {})),
  retention: z._default(Retention, () => z.parse(Retention, {})),
  ledger: z._default(LedgerSettings, () => z.parse(LedgerSettings, {})),
  /**
   * When a restored table was put into service. Deliveries that have not ended, of orders placed or first seen before,
   * are in doubt, never free; and nothing of such an order is sent before it was fetched since, or the operator released
   * it.
   */
  restoredAt: z.optional(z.iso.datetime({ offset: true })),
});
export type Config = z.infer<typeof Config>;

/** `shopify/main`, of a connection or an endpoint. */
export const pathOf = ({ channel, name }: Pick<Connection, "channel" | "name">): string => `${channel}/${name}`;
export const destinationPath = (destination: Pick<Destination, "provider" | "name">): string =>
  `${destination.provider}/${destination.name}`;
