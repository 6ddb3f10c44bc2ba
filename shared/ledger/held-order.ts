import * as z from "zod/mini";
import type { Identity } from "../identity.ts";
import { OWN_TOPICS } from "../messages/event.ts";
import type { Progress } from "../order.ts";
import { isNewer } from "../release.ts";
import { Alias } from "./alias.ts";
import { changeIn, isFurther } from "./freshness.ts";
import { orderKey } from "./order-key.ts";
import { OrderRecord } from "./order-record.ts";
import type { Table } from "./table.ts";

/** An order as a channel's list names it. */
export interface ListedOrder {
  /** When it last changed, UTC ISO 8601. */
  changedAt?: string | undefined;
  progress?: Progress | undefined;
}

/** What the ledger has of an order that a list names. */
export interface HeldOrder {
  /** When the state that is recorded changed last, UTC ISO 8601; empty if that could not be read. */
  time: string;
  /** Undefined of a member of a pack, and where it could not be read. */
  progress: Progress | undefined;
  /** An event of the channel has brought it, not only our own polls. */
  isHeard: boolean;
}

const OURS: ReadonlySet<string> = new Set(OWN_TOPICS);

/** @returns undefined if the ledger does not have it */
export async function heldOrder(table: Table, identity: Identity): Promise<HeldOrder | undefined> {
  const item = await table.get(orderKey(identity));
  if (!item) return undefined;
  // What a newer release wrote cannot be compared: the order is fetched, and route-order of that release decides.
  if (isNewer(item)) return { time: "", progress: undefined, isHeard: true };
  if ("packId" in item) {
    const { changedAt = "" } = z.parse(Alias, item);
    return { time: changedAt, progress: undefined, isHeard: true };
  }
  const { freshness, events } = z.parse(OrderRecord, item);
  return { ...changeIn(freshness), isHeard: events.some(({ topic }) => !OURS.has(topic)) };
}

/**
 * Whether the ledger holds an order as a list names it, or newer: its change, and its state where the list says it.
 * Where the list gives no time, an order that the ledger has counts as held unless its state is further on.
 * @param precision of the channel's times, ms
 */
export function holds(held: HeldOrder, { changedAt, progress }: ListedOrder, precision = 1): boolean {
  const isBehind = progress !== undefined && held.progress !== undefined && isFurther(progress, held.progress);
  const listed = changedAt === undefined ? Number.NaN : Date.parse(changedAt);
  if (Number.isNaN(listed)) return !isBehind;
  // Of a time that could not be read this is false.
  const gap = Date.parse(held.time) - Math.floor(listed / precision) * precision;
  return gap > 0 || (gap === 0 && !isBehind);
}
