import { setTimeout as sleep } from "node:timers/promises";
import type { ApiBackoff } from "../../shared/connector/api-backoff.ts";
import { defined } from "../../shared/defined.ts";
import { Deferred } from "../../shared/errors.ts";
import {
  type ConnectionState,
  following,
  loadConnectionState,
  type PassOutcome,
  storeConnectionState,
} from "../../shared/ledger/connection-state.ts";
import { leasePk } from "../../shared/ledger/connector-partition.ts";
import { type HeldOrder, heldOrder, holds } from "../../shared/ledger/held-order.ts";
import { withLease } from "../../shared/ledger/lease.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { fetchEvent, groupOf, pack } from "../../shared/messages/event.ts";
import type { Queues } from "../../shared/messages/queues.ts";
import { type Config, type Connection, pathOf } from "../../shared/stage/config.ts";
import type { ChangedOrder, Channel, ChannelClient } from "../channels/channel.ts";
import { NoCredentials, type OpenClient } from "../open-client.ts";
import { hitOf, hitsIn, withHits } from "./asked-hits.ts";
import { isDue, startOf } from "./when-due.ts";

export interface PassDeps {
  config: Pick<Config, "timing">;
  table: Table;
  queues: Pick<Queues, "sendAllToIntake">;
  openClient: OpenClient;
  backoff: ApiBackoff;
  /** Epoch ms. */
  now: () => number;
  /** By when all calls must be over, epoch ms. */
  deadline: number;
  /** When this environment can do nothing any more, epoch ms: its leases last as long. */
  leaseUntil: number;
}

/** What a pass did. `error`: what ended it. */
export interface Pass {
  outcome: PassOutcome;
  /** Hits of the list. */
  listed: number;
  /** Put on the intake queue. */
  queued: number;
  /** Found to have been missed. */
  missed: number;
  error?: unknown;
}

/** A connection as this invocation leaves it. `pass`: undefined if none was due, or none was possible. */
export interface Reconciled {
  state: ConnectionState | undefined;
  pass?: Pass;
}

/** Hits judged together. The API's backoff is read again before each so many. */
const CHUNK = 100;
/** Reads of the ledger at a time. */
const READS = 20;
/** JSON of `unheard` at most: beyond it, orders are queued as well, and not counted. */
const UNHEARD_LENGTH = 100_000;
/** As `Order` has it. Nothing longer is a key of the ledger. */
const LONGEST_ID = 255;

/**
 * Lists what changed at a connection's channel since its watermark and puts what the ledger lacks on the intake queue,
 * if a pass is due. The watermark moves only after the end of the list was queued (docs/decisions/reconcile.md). Passes
 * of one connection never overlap.
 * @throws what the table throws, and what the queue throws
 */
export async function reconcileConnection(
  connection: Connection,
  channel: Channel,
  deps: PassDeps,
): Promise<Reconciled> {
  const { table, now, leaseUntil } = deps;
  const path = pathOf(connection);
  const read = () => loadConnectionState(table, now(), "connection", path);
  const state = await read();
  if (!isDue(state, connection, now())) return { state };
  const name = leasePk({ kind: "channel", name: connection.channel }, `reconcile ${path}`);
  const work = async (): Promise<Reconciled> => {
    // Another environment's pass may have ended between our reading and our lease.
    const current = await read();
    return isDue(current, connection, now()) ? new ConnectionPass(connection, channel, deps).run(current) : { state };
  };
  try {
    return await withLease(table, name, leaseUntil - now(), work, { now, sleep, poll: 0, waitUntil: 0 });
  } catch (error) {
    if (error instanceof Deferred) return { state };
    throw error;
  }
}

/** The list is not read to its end. */
class Unfinished extends Error {}

class ConnectionPass {
  private readonly connection: Connection;
  private readonly channel: Channel;
  private readonly deps: PassDeps;
  private readonly path: string;
  private readonly began: number;
  private readonly deadline: number;
  /** Hits that need not be queued: an earlier pass did it, or this one. */
  private asked = new Set<string>();
  private readonly hits: string[] = [];
  /** Of this pass, by ID. */
  private readonly unknown = new Map<string, { id: string; changedAt: string }>();
  private listed = 0;
  private missed = 0;
  private isFirst = true;

  constructor(connection: Connection, channel: Channel, deps: PassDeps) {
    this.connection = connection;
    this.channel = channel;
    this.deps = deps;
    this.path = pathOf(connection);
    this.began = deps.now();
    this.deadline = Math.min(deps.deadline, this.began + deps.config.timing.reconcilePass);
  }

  async run(state: ConnectionState | undefined): Promise<Reconciled> {
    this.asked = hitsIn(state?.asked);
    this.isFirst = state?.watermark === undefined;
    const { outcome, error } = await this.list(startOf(state, this.connection, this.began));
    // Nothing was called: the API is in backoff, and the pass stays due.
    const isPutOff = outcome === "failed" && error instanceof Deferred;
    if (isPutOff && state) return { state };
    const waiting = await this.judge(state?.unheard ?? []);
    const next = this.next(state, outcome, waiting);
    if ((await storeConnectionState(this.deps.table, next, "connection", this.path)) === "conflict") {
      throw new Error("the state of the connection was written meanwhile");
    }
    if (isPutOff) return { state: next };
    const { listed, missed } = this;
    return { state: next, pass: { outcome, listed, missed, queued: this.hits.length, ...defined({ error }) } };
  }

  /** Queues what the ledger lacks. What ends it early is part of its result: what was queued is remembered. */
  private async list(since: string): Promise<{ outcome: PassOutcome; error?: unknown }> {
    try {
      const client = await this.open();
      if (!client?.changedSince) return { outcome: "no-list" };
      for await (const chunk of this.chunks(client.changedSince(since))) await this.queueMissing(chunk);
      return { outcome: "complete" };
    } catch (error) {
      if (error instanceof NoCredentials) return { outcome: "no-credentials" };
      if (error instanceof Unfinished) return { outcome: "continues" };
      // A call that the deadline left no time for.
      if (error instanceof Deferred && this.listed > 0) return { outcome: "continues" };
      return { outcome: "failed", error };
    }
  }

  /** @returns undefined for a channel without an API @throws NoCredentials; Deferred during the API's backoff */
  private async open(): Promise<ChannelClient | undefined> {
    const { openClient, backoff } = this.deps;
    if (!this.channel.api) return undefined;
    let missing: NoCredentials | undefined;
    const client = await backoff.run(this.path, this.deadline, async () => {
      try {
        return await openClient(this.channel, this.connection, this.deadline);
      } catch (error) {
        // The operator did not fill it in: that is no failure of the API.
        if (!(error instanceof NoCredentials)) throw error;
        missing = error;
        return undefined;
      }
    });
    if (missing) throw missing;
    return client;
  }

  /** The hits as far as the time reaches. The API's backoff knows of each failure. @throws Unfinished; as the client */
  private async *chunks(list: AsyncIterable<ChangedOrder>): AsyncGenerator<ChangedOrder[]> {
    const { backoff, now } = this.deps;
    const hits = list[Symbol.asyncIterator]();
    // A call that began in time ends within its own deadline.
    const isLate = () => now() >= this.deadline - this.deps.config.timing.channelCall;
    try {
      for (;;) {
        const chunk: ChangedOrder[] = [];
        const fill = async () => {
          while (chunk.length < CHUNK && !isLate()) {
            const { done, value } = await hits.next();
            if (done) return true;
            chunk.push(value);
          }
          return false;
        };
        const filled = await backoff.run(this.path, this.deadline, fill).catch((error: unknown) => ({ error }));
        this.listed += chunk.length;
        // What came before a failure counts.
        yield chunk;
        if (filled === true) return;
        if (filled !== false) throw filled.error;
        if (isLate()) throw new Unfinished();
      }
    } finally {
      // Not awaited: a call that does not end would hold the pass.
      hits.return?.().catch(() => undefined);
    }
  }

  /** @throws Unfinished once as many as one pass may queue are queued; what the table or the queue throws */
  private async queueMissing(chunk: readonly ChangedOrder[]): Promise<void> {
    const fresh = new Map<string, ChangedOrder>();
    for (const hit of chunk) if (!this.asked.has(hitOf(hit))) fresh.set(hitOf(hit), hit);
    const lacking = (await this.compared([...fresh.values()])).filter(({ hit, held }) => !this.isHeld(hit, held));
    const free = this.connection.reconcileMost - this.hits.length;
    const some = lacking.slice(0, free);
    await this.queue(some.map(({ hit }) => hit));
    for (const { hit, held } of some) {
      this.asked.add(hitOf(hit));
      this.hits.push(hitOf(hit));
      if (!held) this.noteUnknown(hit);
    }
    if (some.length < lacking.length) throw new Unfinished();
  }

  private async compared(hits: readonly ChangedOrder[]): Promise<{ hit: ChangedOrder; held: HeldOrder | undefined }[]> {
    const { channel, name: connection } = this.connection;
    return inTurns(hits, async (hit) => {
      // route-order puts what cannot be an ID into the dead-letter queue, where it is seen.
      const isKey = hit.id !== "" && hit.id.length <= LONGEST_ID && hit.id.isWellFormed();
      const held = isKey ? await heldOrder(this.deps.table, { channel, connection, orderId: hit.id }) : undefined;
      return { hit, held };
    });
  }

  private isHeld = (hit: ChangedOrder, held: HeldOrder | undefined): boolean =>
    held !== undefined && holds(held, hit, this.channel.timePrecision);

  private async queue(hits: readonly ChangedOrder[]): Promise<void> {
    const { channel, name: connection } = this.connection;
    // One fetch of an order brings all of its changes.
    const ids = new Set(hits.map(({ id }) => id));
    const events = [...ids].map((orderId) => fetchEvent({ channel, connection, orderId }, "poll", this.deps.now()));
    const [first] = events;
    if (first) await this.deps.queues.sendAllToIntake(events.map(pack), groupOf(first));
  }

  /** An order that the ledger does not know: its event was missed, or is on its way. Before the first pass there was none. */
  private noteUnknown({ id, changedAt = new Date(this.began).toISOString() }: ChangedOrder): void {
    if (!this.isFirst && !this.unknown.has(id)) this.unknown.set(id, { id, changedAt });
  }

  /**
   * Counts the orders that no event has brought in time: those that this pass found, and those of earlier ones.
   * @returns those whose time is not over
   */
  private async judge(unheard: NonNullable<ConnectionState["unheard"]>): Promise<typeof unheard> {
    const { now, config, table } = this.deps;
    const isOver = ({ changedAt }: { changedAt: string }) => now() - Date.parse(changedAt) >= config.timing.missedAfter;
    const { channel, name: connection } = this.connection;
    const found = [...this.unknown.values()];
    const earlier = unheard.filter(({ id }) => !this.unknown.has(id));
    const wasMissed = await inTurns(earlier.filter(isOver), async ({ id }) => {
      const held = await heldOrder(table, { channel, connection, orderId: id });
      return held?.isHeard !== true;
    });
    this.missed = wasMissed.filter(Boolean).length + found.filter(isOver).length;
    return [...earlier, ...found].filter((one) => !isOver(one));
  }

  private next(
    before: ConnectionState | undefined,
    outcome: PassOutcome,
    unheard: NonNullable<ConnectionState["unheard"]>,
  ): ConnectionState {
    const { missed: known, watermark: reached = "", firstPassAt } = before ?? {};
    const began = new Date(this.began).toISOString();
    const ended = new Date(this.deps.now()).toISOString();
    const isWhole = outcome === "complete";
    const watermark = isWhole && began > reached ? began : reached;
    const asked = withHits(before?.asked, this.hits, { at: began, isWhole });
    const missed = this.missed > 0 ? { count: (known?.count ?? 0) + this.missed, lastAt: ended } : known;
    return {
      ...before,
      ...following(before),
      ...(watermark !== "" && { watermark }),
      firstPassAt: firstPassAt ?? began,
      lastPassAt: ended,
      lastOutcome: outcome,
      asked,
      unheard: withinLength(unheard),
      ...defined({ missed }),
    };
  }
}

async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < all.length; start += READS) {
    results.push(...(await Promise.all(all.slice(start, start + READS).map(work))));
  }
  return results;
}

function withinLength<T>(all: readonly T[]): T[] {
  let length = 0;
  return all.filter((one) => {
    length += JSON.stringify(one).length;
    return length <= UNHEARD_LENGTH;
  });
}
