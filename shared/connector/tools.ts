import { setTimeout as timer } from "node:timers/promises";
import { Deferred } from "../errors.ts";
import { type Cache, createTableCache, sealWith } from "../ledger/cache.ts";
import { type CatalogEntry, catalogEntry } from "../ledger/catalog.ts";
import { cachePk, leasePk, tokenPk } from "../ledger/connector-partition.ts";
import { withLease } from "../ledger/lease.ts";
import type { Table } from "../ledger/table.ts";
import type { VersionedSecret } from "../stage/versioned-secret.ts";
import { count } from "../telemetry/metrics.ts";
import type { Http, HttpAnswer, HttpRequest } from "./http.ts";

export type { Cache, CatalogEntry };

/** Kept free between a call and the deadline, to record the answer, ms. */
const RESULT_MARGIN = 1_000;
/** Pause between two tries for a lease that another call holds, ms. */
const TURN_POLL = 250;

/** The account a connector works for. */
export interface Subject {
  kind: "provider" | "channel";
  /** Of the connector: `kakaclo`. */
  name: string;
  /** The destination or connection, with its connector: `kakaclo/demo`. */
  account: string;
}

/** What a connector gets from outside, for one record. */
export interface ConnectorTools {
  /** Deadlines, body limits and redirects as in shared/connector/http.ts; `timeout` defaults to the account's. */
  http(request: Omit<HttpRequest, "timeout"> & { timeout?: number }): Promise<HttpAnswer>;
  /** Epoch ms. */
  now(): number;
  /** Resolves after `ms`, or rejects with Deferred where the function's time does not allow it. */
  wait(ms: number): Promise<void>;
  /** By when all work on this record must end, epoch ms. */
  readonly deadline: number;
  /** This account's cache in the ledger's table, shared by all environments. */
  readonly cache: Cache;
  /**
   * For tokens: shared by all accounts of this connector, sealed by AES-GCM with a key (32 bytes, base64) of the
   * secret.
   */
  sealedCache(key: string): Cache;
  /** In this environment's memory only. */
  readonly memory: Map<string, unknown>;
  /**
   * Runs `work` under the lease `name` of this connector. Waits inside the function for a short time, else throws
   * Deferred. `work` may call `keep(until)`, which holds the lease until then (epoch ms): for an abandoned call that
   * the server may still be working on.
   */
  lease<T>(name: string, hold: number, work: (keep: (until: number) => void) => Promise<T>): Promise<T>;
  /** Counts something for the metrics; no personal data, no query, no ID of an order. */
  count(metric: "throttled" | "relogin" | "price-difference"): void;
}

/** What a channel's API client gets from outside, for one record. */
export interface ApiTools extends ConnectorTools {
  /**
   * The connection's own secret, for a refresh token that changes with each use (rotating-token.ts). A function may
   * replace it only where the channel's `rotatesCredentials` is set.
   */
  readonly secret: VersionedSecret;
}

/** What a provider's client gets from outside, for one record. */
export interface Tools extends ConnectorTools {
  /** The operator's own mapping of a SKU for this destination (`npm run catalog`). */
  catalog(sku: string): Promise<CatalogEntry | undefined>;
}

interface Options {
  subject: Subject;
  table: Table;
  /** Of one call, ms. */
  callTimeout: number;
  /** Epoch ms. */
  deadline: number;
  memory: Map<string, unknown>;
  now: () => number;
  /** Resolves after that many ms; default: a timer. */
  sleep?: (ms: number) => Promise<void>;
  /** A provider's calls any host; a channel's only its own hosts (channel-http.ts), so none is the default. */
  http: Http;
}

/** Reads of the catalog at a time: an order of 2,000 lines must not open 2,000 sockets. */
const CATALOG_READS = 20;

/** Reads each SKU of a record once, 20 at a time. */
function catalogOf(table: Table, account: string): Tools["catalog"] {
  const known = new Map<string, Promise<CatalogEntry | undefined>>();
  const waiting: (() => void)[] = [];
  let free = CATALOG_READS;
  async function read(sku: string): Promise<CatalogEntry | undefined> {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await catalogEntry(table, account, sku);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  }
  return (sku) => {
    const entry = known.get(sku) ?? read(sku);
    known.set(sku, entry);
    return entry;
  };
}

/** The tools of one record. */
export function createTools({ subject, table, callTimeout, deadline, memory, now, ...options }: Options): Tools {
  const { kind, account } = subject;
  const { sleep = timer, http } = options;
  const timeFor = (ms: number) => now() + ms + RESULT_MARGIN <= deadline;
  const needTime = (ms: number) => {
    if (!timeFor(ms)) throw new Deferred("the function's time is nearly over", now());
  };
  return {
    now,
    deadline,
    memory,
    cache: createTableCache(table, cachePk(subject), now),
    sealedCache: (key) => createTableCache(table, tokenPk(subject), now, sealWith(key)),
    catalog: catalogOf(table, account),
    async http({ timeout = callTimeout, ...request }) {
      // No call starts that the function's timeout would cut off: a frozen environment must not send later.
      needTime(timeout);
      return http({ ...request, timeout });
    },
    async wait(ms) {
      needTime(ms);
      await sleep(ms);
    },
    lease: (lease, hold, work) =>
      withLease(table, leasePk(subject, lease), hold, work, {
        now,
        sleep,
        poll: TURN_POLL,
        waitUntil: deadline - RESULT_MARGIN - callTimeout,
      }),
    count(metric) {
      if (kind !== "provider") return;
      if (metric === "throttled") count("ProviderThrottled", { destination: account });
      if (metric === "price-difference") count("ProviderPriceDifference", { destination: account });
    },
  };
}
