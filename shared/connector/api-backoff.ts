import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { Deferred, Misconfigured, Throttled, Unavailable } from "../errors.ts";
import { createTableCache } from "../ledger/cache.ts";
import { cachePk, leasePk } from "../ledger/connector-partition.ts";
import { withLease } from "../ledger/lease.ts";
import type { Table } from "../ledger/table.ts";
import { backoff } from "../messages/backoff.ts";
import type { Config } from "../stage/config.ts";
import { HttpFailure } from "./http.ts";

/** A connection's backoff, shared by all environments: failures in a row, and no call before `until` (epoch ms). */
const State = z.object({ until: z.number(), failures: z.number() });
type State = z.infer<typeof State>;

/** Its name in the connection's cache in the ledger. */
const STATE = "api-backoff";
/** How long a failure is kept after the end of its backoff, ms: a slow probe must still find it. */
const REMEMBERED = 3_600_000;
/** How many calls of one connection's API one environment makes at a time. */
const SIDE_BY_SIDE = 4;
/** Kept free before the record's deadline, to store that the API does not answer, ms. */
const NOTE_MARGIN = 500;

/** What this environment knows of a connection's API. */
interface Lane extends State {
  running: number;
  waiting: (() => void)[];
}

/** Makes the calls of all connections' APIs. An API that fails is not called until its backoff ends. */
export interface ApiBackoff {
  /**
   * Makes a call of a connection's API.
   * @param connection `ebay/main`
   * @param deadline epoch ms, by when the call must be over
   * @throws Deferred, without a call, during the backoff or while another environment probes the API; Unavailable if the
   * API does not answer in time; what `call` throws
   */
  run<T>(connection: string, deadline: number, call: () => Promise<T>): Promise<T>;
}

interface Deps {
  table: Table;
  timing: Pick<Config["timing"], "channelCall" | "retryBase" | "retryCap" | "throttleBase" | "throttleCap">;
  /** Epoch ms. */
  now: () => number;
  random: () => number;
  /** Called once for each backoff that starts, however many calls failed. */
  onFailure?: (connection: string, error: unknown, until: number) => void;
}

/**
 * One API that is down must not take the slots of the other connections. So one environment makes few calls to it at a
 * time, and none during its backoff. After that, one call of all environments probes the API, under a lease. The
 * environments read the backoff from the ledger.
 */
export function createApiBackoff({ table, timing, now, random, onFailure }: Deps): ApiBackoff {
  const lanes = new Map<string, Lane>();
  const stateOf = (connection: string) => createTableCache(table, partitionOf(connection), now);

  function laneOf(connection: string): Lane {
    const lane = lanes.get(connection) ?? { until: 0, failures: 0, running: 0, waiting: [] };
    lanes.set(connection, lane);
    return lane;
  }

  async function throwWhileFailing(connection: string, lane: Lane): Promise<void> {
    if (lane.until <= now()) {
      Object.assign(lane, await stateOf(connection).get(STATE, State));
    }
    if (lane.until > now()) throw new Deferred(`the API of ${connection} fails`, lane.until);
  }

  async function write(connection: string, lane: Lane, state: State): Promise<void> {
    Object.assign(lane, state);
    const maxAge = Math.max(0, state.until - now()) + REMEMBERED;
    // If this write fails, the other environments see the failure themselves; the call's own result must not be lost.
    await stateOf(connection)
      .put(STATE, state, maxAge)
      .catch(() => undefined);
  }

  async function failed(connection: string, lane: Lane, error: unknown): Promise<void> {
    const wait = waitAfter(error, lane.failures + 1);
    if (wait === undefined) return;
    // A concurrent call has failed meanwhile: this is the same failure.
    const known = lane.until > now();
    const until = known ? Math.max(lane.until, now() + (retryAfterOf(error) ?? 0)) : now() + wait;
    await write(connection, lane, { until, failures: lane.failures + (known ? 0 : 1) });
    if (!known) onFailure?.(connection, error, until);
  }

  /** @returns undefined for an error of this one order, which says nothing about the API */
  function waitAfter(error: unknown, failures: number): number | undefined {
    if (error instanceof Throttled) {
      return error.retryAfter ?? backoff(failures, { base: timing.throttleBase, cap: timing.throttleCap, random });
    }
    const down = error instanceof Unavailable || error instanceof Misconfigured || error instanceof HttpFailure;
    return down ? backoff(failures, { base: timing.retryBase, cap: timing.retryCap, random }) : undefined;
  }

  async function make<T>(connection: string, deadline: number, call: () => Promise<T>): Promise<T> {
    const lane = laneOf(connection);
    try {
      const result = await inTime(call, deadline - NOTE_MARGIN - now());
      if (lane.failures > 0) await write(connection, lane, { until: 0, failures: 0 });
      return result;
    } catch (error) {
      await failed(connection, lane, error);
      throw error;
    }
  }

  /** Makes the call where no other environment probes the API. The lease of one that died ends with its record's deadline. */
  function probe<T>(connection: string, deadline: number, call: () => Promise<T>): Promise<T> {
    const work = async () => {
      // Another environment's probe may have ended between our reading and our lease.
      await throwWhileFailing(connection, laneOf(connection));
      return make(connection, deadline, call);
    };
    // Waiting would hold the slot that the lease is to free: a record whose turn it is not comes back later.
    const options = { now, sleep, poll: timing.channelCall, waitUntil: now() };
    return withLease(table, probeLease(connection), deadline - now(), work, options);
  }

  return {
    async run(connection, deadline, call) {
      const lane = laneOf(connection);
      await turn(lane);
      try {
        await throwWhileFailing(connection, lane);
        return await (lane.failures > 0 ? probe : make)(connection, deadline, call);
      } finally {
        lane.running -= 1;
        for (const wake of lane.waiting.splice(0)) wake();
      }
    },
  };
}

/** @param connection `ebay/main` */
const channelOf = (connection: string) => ({ kind: "channel" as const, name: connection.split("/")[0] ?? "" });
const partitionOf = (connection: string): string => cachePk({ ...channelOf(connection), account: connection });
const probeLease = (connection: string): string => leasePk(channelOf(connection), `probe ${connection}`);

const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof Throttled ? error.retryAfter : undefined;

async function turn(lane: Lane): Promise<void> {
  while (lane.running >= SIDE_BY_SIDE) {
    await new Promise<void>((resolve) => lane.waiting.push(resolve));
  }
  lane.running += 1;
}

/** @param time ms */
async function inTime<T>(call: () => Promise<T>, time: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unavailable("the API did not answer in time")), Math.max(0, time));
  });
  try {
    return await Promise.race([call(), over]);
  } finally {
    clearTimeout(timer);
  }
}
