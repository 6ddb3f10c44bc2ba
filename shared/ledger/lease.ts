import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { Deferred } from "../errors.ts";
import { ITEM_VERSION } from "../release.ts";
import { type Item, notNewer, type Table } from "./table.ts";
import { Version } from "./version.ts";

/** A lease that is held, or was not released. */
export const LeaseItem = z.object({
  v: Version,
  /** The holder's own token. */
  token: z.string(),
  /** When the holder loses it, epoch ms. */
  until: z.int(),
  /** Epoch seconds: an hour later, because the clocks of two environments differ. */
  expiresAt: z.int(),
});
type LeaseItem = z.infer<typeof LeaseItem>;

interface Options {
  /** Epoch ms. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** How long to wait before a held lease is tried again, ms. */
  poll: number;
  /** When to stop waiting inside the function, epoch ms. */
  waitUntil: number;
}

/**
 * Runs `work` while it holds the lease. Waits for the lease inside the function: a FIFO queue would block all orders
 * behind a failing one. A lease of a newer release counts as held until it expires: two calls in flight are worse than
 * a wait.
 * @param pk of the lease (connector-partition.ts)
 * @param hold ms after which a holder that died loses it
 * @throws Deferred if the lease did not become free in time
 */
export async function withLease<T>(
  table: Table,
  pk: string,
  hold: number,
  work: (keep: (until: number) => void) => Promise<T>,
  { now, sleep, poll, waitUntil }: Options,
): Promise<T> {
  const key = { pk, sk: "lease" };
  const token = randomUUID();
  const take = (until: number): Item => {
    const item: LeaseItem = { v: ITEM_VERSION, token, until, expiresAt: Math.ceil(until / 1000) + 3600 };
    return { ...key, ...item };
  };

  for (;;) {
    const { expression, values } = notNewer(now());
    const condition = {
      expression: `attribute_not_exists(pk) OR (#until < :now AND ${expression}) OR expiresAt < :seconds`,
      names: { "#until": "until" },
      values: { ":now": now(), ...values },
    };
    if ((await table.put(take(now() + hold), condition)) === "written") break;
    if (now() + poll > waitUntil) throw new Deferred(`another call under the lease ${pk} is under way`, now() + poll);
    await sleep(poll);
  }

  let keptUntil = 0;
  const mine = { expression: "#token = :token", names: { "#token": "token" }, values: { ":token": token } };
  try {
    return await work((until) => {
      keptUntil = Math.max(keptUntil, until);
    });
  } finally {
    const released = keptUntil > now() ? table.put(take(keptUntil), mine) : table.delete(key, mine);
    // A lease that could not be released ends by itself; the result of the work, or its error, must not be lost.
    await released.catch(() => undefined);
  }
}
