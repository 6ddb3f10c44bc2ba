import type { Identity } from "../../shared/identity.ts";
import { type EraseDeps, eraseOrder } from "../../shared/ledger/erase-order.ts";
import {
  type Erased,
  type ErasureRequest,
  type ErasureStep,
  erasureKey,
  walked,
  worked,
} from "../../shared/ledger/erasure-request.ts";
import {
  begunWalk,
  type ErasureWalk,
  endedWalk,
  furthestAhead,
  isOver,
  WALK_PARTS,
  type WalkPart,
  walkedTo,
} from "../../shared/ledger/erasure-walk.ts";
import { ERASED_BUYER } from "../../shared/ledger/order-record.ts";
import type { WorkEntry } from "../../shared/ledger/work-entry.ts";
import { pathOf } from "../../shared/stage/config.ts";
import { errorName } from "../../shared/telemetry/log.ts";
import { inBatches } from "./in-batches.ts";

export interface WalkDeps extends EraseDeps {
  /** No work starts after it, epoch ms; the next pass continues. */
  deadline: number;
  /** Called for each order that could not be erased because of an error. */
  failed?: (order: Identity, error: unknown) => void;
}

/** How it is with the requests: `open`, and whether one is near its legal limit with data left to erase. */
export interface ErasureGauges {
  open: number;
  isLate: boolean;
}

const HOUR = 3_600_000;
/** Orders erased side by side. */
const SIDE_BY_SIDE = 20;
/** The position is stored after so many hours of the work list, or orders. */
const SAVE_EVERY = 200;
const TOPIC = "erasure request";

/**
 * A piece of the daily walk that works off all open requests to erase data. Every request that is open is matched with
 * every entry of the work list, so one walk does for all (design.md, H5). Its position is stored: the next pass goes on
 * where this one ends, or crashes. Where no walk is due, this reads one item.
 */
export async function eraseWalk(deps: WalkDeps): Promise<ErasureGauges> {
  const { ledger, config, now } = deps;
  const { erasures } = ledger;
  const last = await erasures.walk();
  if (last && isOver(last) && now() - Date.parse(last.startedAt) < config.timing.erasureEvery) {
    return gaugesOf(last, deps);
  }
  const { restoredAt } = config;
  if (!last || isOver(last)) {
    if (restoredAt !== undefined && last?.restoredAt !== restoredAt) await erasures.restore();
  }
  const requests = await erasures.open();
  const walk = !last || isOver(last) ? begunWalk(last, requests, config, now()) : last;
  // Another pass that runs at the same time has begun it.
  if (walk !== last && (await erasures.putWalk(walk)) === "conflict") return gaugesOf(walk, deps);
  return gaugesOf(isOver(walk) ? walk : await new Walk(walk, requests, deps).goOn(), deps);
}

const gaugesOf = ({ open, uncleared }: ErasureWalk, { config, now }: WalkDeps): ErasureGauges => ({
  open,
  isLate: uncleared !== undefined && now() - Date.parse(uncleared) >= config.timing.erasureLate,
});

/** The walk is interrupted: its time is over, or another pass goes on with it. */
class Interrupted extends Error {}

class Walk {
  private walk: ErasureWalk;
  private readonly requests: Map<string, ErasureRequest>;
  private readonly shops = new Map<string, string[]>();
  private readonly buyers = new Map<string, string[]>();
  /** What was done since the position was stored, by request. */
  private steps = new Map<string, ErasureStep[]>();
  private unsaved = 0;
  private readonly deps: WalkDeps;

  constructor(walk: ErasureWalk, requests: readonly ErasureRequest[], deps: WalkDeps) {
    this.walk = walk;
    this.deps = deps;
    this.requests = new Map(requests.map((request) => [erasureKey(request).sk, request]));
    for (const [key, { channel, connection, subject }] of this.requests) {
      const path = pathOf({ channel, name: connection });
      if (subject.kind === "shop") this.shops.set(path, [...(this.shops.get(path) ?? []), key]);
      if (subject.kind !== "buyer") continue;
      const buyer = `${path}#${subject.buyer}`;
      this.buyers.set(buyer, [...(this.buyers.get(buyer) ?? []), key]);
    }
  }

  async goOn(): Promise<ErasureWalk> {
    try {
      for (const part of WALK_PARTS.slice(WALK_PARTS.indexOf(this.walk.part))) {
        if (part !== this.walk.part) await this.save({ part });
        await this.read(part);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    return this.walk;
  }

  private async read(part: WalkPart): Promise<void> {
    const { startedAt, from } = this.walk;
    const began = Date.parse(startedAt);
    const ahead = furthestAhead(this.deps.config);
    switch (part) {
      case "orders":
        return this.named();
      case "future":
        return this.hours(began + ahead, began);
      case "past":
        return this.hours(Date.parse(from), began);
      case "held":
        return this.held();
      case "since":
        return this.hours(began, this.deps.now() + ahead);
      case "over":
        return this.end();
    }
  }

  /** The requests that name their orders, and were not done at once. */
  private async named(): Promise<void> {
    const { at = "" } = this.walk;
    for (const [key, { channel, connection, subject }] of this.requests) {
      if (subject.kind !== "orders" || key <= at) continue;
      for (let index = 0; index < subject.orderIds.length; index += SIDE_BY_SIDE) {
        await this.pause({ part: "orders" });
        const orderIds = subject.orderIds.slice(index, index + SIDE_BY_SIDE);
        await Promise.all(orderIds.map((orderId) => this.erase({ channel, connection, orderId }, [key])));
      }
      await this.save({ part: "orders", at: key });
    }
  }

  /** The hours of the work list from one time to another, which may be the earlier one. */
  private async hours(from: number, to: number): Promise<void> {
    const { part, at } = this.walk;
    const isForward = from <= to;
    let start = at === undefined ? from : Date.parse(at);
    // An hour at a time: a year of empty hours must not outlast the deadline.
    while (isForward ? start <= to : start >= to) {
      await this.pause({ part, at: new Date(start).toISOString() });
      const hour = Math.floor(start / HOUR) * HOUR;
      const end = isForward ? Math.min(hour + HOUR - 1, to) : Math.max(hour, to);
      await this.entries(this.deps.ledger.walk(start, end));
      start = isForward ? end + 1 : end - 1;
    }
  }

  private async held(): Promise<void> {
    await this.entries(this.deps.ledger.workList("held"));
  }

  private async entries(stream: AsyncIterable<WorkEntry>): Promise<void> {
    const { part } = this.walk;
    for await (const entries of inBatches(this.concerned(stream), SIDE_BY_SIDE)) {
      const [first] = entries;
      await this.pause(part === "held" ? { part } : { part, at: first.entry.workAt });
      await Promise.all(entries.map(({ entry, keys }) => this.erase(entry.identity, keys)));
    }
  }

  /** The entries that a request concerns, with the keys of those requests. */
  private async *concerned(stream: AsyncIterable<WorkEntry>): AsyncGenerator<{ entry: WorkEntry; keys: string[] }> {
    for await (const entry of stream) {
      if (this.walk.part === "past") this.walk = { ...this.walk, oldest: this.walk.oldest ?? entry.workAt };
      if (entry.destination !== undefined || entry.buyer === ERASED_BUYER) continue;
      const { channel, connection } = entry.identity;
      const path = pathOf({ channel, name: connection });
      const all = [...(this.shops.get(path) ?? []), ...(this.buyers.get(`${path}#${entry.buyer}`) ?? [])];
      const keys = all.filter((key) => isBefore(entry, this.requests.get(key)));
      if (keys.length > 0) yield { entry, keys };
    }
  }

  /** @param keys of the requests that it is erased for */
  private async erase(identity: Identity, keys: readonly string[]): Promise<void> {
    const result = await this.result(identity);
    for (const key of keys) {
      this.steps.set(key, [...(this.steps.get(key) ?? []), { orderId: identity.orderId, result }]);
    }
    this.unsaved += 1;
  }

  private async result(identity: Identity): Promise<Erased> {
    try {
      return await eraseOrder(identity, TOPIC, this.deps);
    } catch (error) {
      // One order that cannot be erased now does not keep the others from it; the next walk tries again.
      this.deps.failed?.(identity, error);
      return { waits: `failed: ${errorName(error)}` };
    }
  }

  /** Between two pieces of work. @throws Interrupted */
  private async pause(place: { part: WalkPart; at?: string }): Promise<void> {
    const isTimeUp = this.deps.now() >= this.deps.deadline;
    this.unsaved += 1;
    if (isTimeUp || this.unsaved >= SAVE_EVERY) await this.save(place);
    if (isTimeUp) throw new Interrupted();
  }

  /** Stores what was done, and then the position: after a crash in between, erased orders are met again. */
  private async save(place: { part: WalkPart; at?: string }): Promise<void> {
    const { erasures } = this.deps.ledger;
    const steps = this.steps;
    this.steps = new Map();
    for (const [key, done] of steps) await this.write(key, (request) => worked(request, done, this.walk.startedAt));
    const { oldest } = this.walk;
    const next = walkedTo(this.walk, { ...place, ...(oldest !== undefined && { oldest }) });
    if ((await erasures.putWalk(next)) === "conflict") throw new Interrupted();
    this.walk = next;
    this.unsaved = 0;
  }

  private async end(): Promise<void> {
    const { now, ledger } = this.deps;
    const { startedAt } = this.walk;
    for (const key of this.requests.keys()) await this.write(key, (request) => walked(request, startedAt, now()));
    const next = endedWalk(this.walk, [...this.requests.values()]);
    if ((await ledger.erasures.putWalk(next)) === "conflict") throw new Interrupted();
    this.walk = next;
  }

  /** Upon the newest request: route-order or the operator may have written it meanwhile. */
  private async write(key: string, change: (request: ErasureRequest) => ErasureRequest): Promise<void> {
    const { erasures } = this.deps.ledger;
    let request = this.requests.get(key);
    while (request) {
      const next = change(request);
      this.requests.set(key, next);
      if (next === request || (await erasures.put(next)) === "written") return;
      request = await erasures.get(request);
    }
  }
}

/** A request does not concern orders that were first seen after it: the same buyer may order again. */
const isBefore = ({ firstSeenAt = "" }: WorkEntry, request: ErasureRequest | undefined): boolean =>
  request !== undefined && firstSeenAt <= request.receivedAt;
