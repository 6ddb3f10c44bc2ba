import * as z from "zod/mini";
import { ITEM_VERSION } from "../release.ts";
import { putRevision, readStored } from "./stored-item.ts";
import type { Key, Table } from "./table.ts";
import { Version } from "./version.ts";

/** A webhook subscription that a connection has at its channel. */
const Subscription = z.object({
  topic: z.string(),
  /** The channel's own ID of it. */
  id: z.optional(z.string()),
  /** When a pass last saw it there, UTC ISO 8601. */
  seenAt: z.string(),
});

/**
 * How a pass of reconcile ended. `continues`: more has changed than one pass may queue or list. `no-credentials`: the
 * connection's secret was never filled in. `no-list`: the channel's API lists no orders.
 */
export const PassOutcome = z.enum(["complete", "continues", "failed", "no-credentials", "no-list"]);
export type PassOutcome = z.infer<typeof PassOutcome>;

/**
 * What the functions store of a connection, or of an endpoint that many connections share. Times UTC ISO 8601, by our
 * clock unless stated otherwise.
 */
export const ConnectionState = z.object({
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  /**
   * Orders that changed at the channel before this were found: the time the last full pass began, by our clock. The
   * channel's client looks further back by as much as clocks and lists differ.
   */
  watermark: z.optional(z.string()),
  /** When the first pass began: a connection whose passes never reach the end of the list is overdue too. */
  firstPassAt: z.optional(z.string()),
  /** When the last pass ended, whatever it found. */
  lastPassAt: z.optional(z.string()),
  lastOutcome: z.optional(PassOutcome),
  /**
   * What passes put on the intake queue, so that none of it is queued twice: the oldest pass first. `hits` are hashes of
   * equal length (list-hits.ts), one after the other.
   */
  asked: z.optional(z.array(z.object({ at: z.string(), hits: z.string() }))),
  /** Orders that a pass found soon after their change. If no event has brought one by `missedAfter`, it was missed. */
  unheard: z.optional(z.array(z.object({ id: z.string(), changedAt: z.string() }))),
  /** Orders whose events were missed, so far, and when the last one was found. */
  missed: z.optional(z.object({ count: z.int(), lastAt: z.string() })),
  subscriptions: z.optional(z.array(Subscription)),
  /** What the channel last reported about the app's installation. */
  lifecycle: z.optional(
    z.object({
      state: z.enum([
        "installed",
        "uninstalled",
        "authorization-revoked",
        "authorization-expiring",
        "subscription-disabled",
      ]),
      at: z.string(),
    }),
  ),
  /** When the access or refresh token ends, whichever needs the operator. */
  tokenExpiresAt: z.optional(z.string()),
  /** When the signing or client secret ends. */
  secretExpiresAt: z.optional(z.string()),
});
export type ConnectionState = z.infer<typeof ConnectionState>;

/** @param path of the connection or endpoint: `shopify/main` */
export const connectionStateKey = (kind: "connection" | "endpoint", path: string): Key => ({
  pk: `${kind}#${path}`,
  sk: "state",
});

/** Version and `rev` of the state that is written after this one. */
export const following = (before: ConnectionState | undefined): Pick<ConnectionState, "v" | "rev"> => ({
  v: ITEM_VERSION,
  rev: (before?.rev ?? 0) + 1,
});

type Owner = Parameters<typeof connectionStateKey>;

/** @param now epoch ms @throws NewerRelease */
export async function loadConnectionState(
  table: Table,
  now: number,
  ...owner: Owner
): Promise<ConnectionState | undefined> {
  const item = await readStored(table, connectionStateKey(...owner), `The state of ${owner[1]}`, now);
  return item && z.parse(ConnectionState, item);
}

/** Writes a state of `rev` n over n - 1; `rev` 1 only if there is none. "conflict": another writer was first. */
export const storeConnectionState = (
  table: Table,
  state: ConnectionState,
  ...owner: Owner
): Promise<"written" | "conflict"> => putRevision(table, { ...state, ...connectionStateKey(...owner) });
