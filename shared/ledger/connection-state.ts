import * as z from "zod/mini";
import type { Key } from "./table.ts";
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
 * What the functions store of a connection, or of an endpoint that many connections share. Times UTC ISO 8601, by our
 * clock unless stated otherwise.
 */
export const ConnectionState = z.object({
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  /**
   * Orders that changed at the channel before this were found: the time the last full pass began, by the channel's
   * clock.
   */
  watermark: z.optional(z.string()),
  /** Where an unfinished pass continues: the channel's own position, and when that pass began. */
  resume: z.optional(z.object({ position: z.string(), began: z.string() })),
  /** When the last pass ended, whatever it found. */
  lastPassAt: z.optional(z.string()),
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
