import { type Deps as ReconcileDeps, reconcile } from "../../functions/reconcile/reconcile.ts";
import { Throttled, Unavailable } from "../../shared/errors.ts";
import { changeIn } from "../../shared/ledger/freshness.ts";
import { diceOf } from "./dice.ts";
import { Killed } from "./parcelworks.ts";
import { LIST_LAG, MINUTE, PolledRelay } from "./polled-shop.ts";

/** A running invocation of reconcile: once it is dead, nothing that it does takes effect. */
interface Frame {
  dead: boolean;
  isListing: boolean;
}

/** A rule that the design promises does not hold. */
class Violation extends Error {
  override readonly name = "Violation";
}

/**
 * A shop whose webhooks are lost, late, repeated or right, and a reconcile that may die before or after each of its
 * calls, drawn from a seed. While a page is read, orders change, and another invocation may start.
 */
export class ReconcileExplorer extends PolledRelay {
  private readonly dice: () => number;
  private readonly story: string[] = [];
  /** Webhooks that are still on their way. */
  private readonly onTheirWay: string[] = [];
  /** When an event about an order was put on the intake queue last, epoch ms, by ID. */
  private readonly queuedAt = new Map<string, number>();
  private readonly frames: Frame[] = [];
  private hasFaults = true;
  private lastId = 1000;

  constructor(seed: number) {
    const dice = diceOf(seed);
    super({ reconcileMost: 2 + Math.floor(dice() * 6) });
    this.dice = dice;
    this.random = dice;
    this.shop.during = () => this.duringPage();
  }

  private roll(sides: number): number {
    return Math.floor(this.dice() * sides);
  }

  override enqueue(body: string): void {
    super.enqueue(body);
    const id = this.intake.at(-1)?.orderId ?? "";
    this.queuedAt.set(id, this.clock);
  }

  /** One step of the schedule. */
  async act(): Promise<void> {
    const step = this.roll(12);
    if (step < 4) this.change();
    else if (step < 5) this.arrive();
    else if (step < 7) await this.routeOne();
    else if (step < 8) this.clock += this.roll(6) * MINUTE;
    else await this.invoke();
    await this.check();
  }

  private change(): void {
    const known = [...this.shop.orders.keys()];
    const id = known.length > 0 && this.dice() < 0.4 ? (known[this.roll(known.length)] ?? "") : String(++this.lastId);
    this.clock += this.roll(20_000);
    const isNew = !this.shop.orders.has(id);
    this.shop.change(id, isNew && this.dice() < 0.3 ? "pending" : "paid");
    const fate = this.dice();
    if (fate > 0.4) this.onTheirWay.push(id);
    if (fate > 0.8) this.onTheirWay.push(id);
    this.story.push(`${id} changes at ${this.time()}`);
  }

  private arrive(): void {
    const [id] = this.onTheirWay.splice(this.roll(this.onTheirWay.length), 1);
    if (id === undefined) return;
    this.webhook(id, this.dice() < 0.5 ? "order" : "fetch");
    this.queuedAt.set(id, this.clock);
    this.story.push(`webhook of ${id}`);
  }

  private async routeOne(): Promise<void> {
    const entry = this.intake[this.roll(this.intake.length)];
    if (entry) await this.route(entry);
  }

  private async invoke(): Promise<void> {
    const frame: Frame = { dead: false, isListing: false };
    this.frames.push(frame);
    const began = this.time();
    const passes = this.passes.length;
    await reconcile(this.guarded(frame));
    this.frames.pop();
    const outcome = this.passes.slice(passes).map((pass) => `${pass.outcome} ${pass.queued}`);
    this.story.push(`reconcile at ${began}: ${frame.dead ? "killed" : outcome.join() || "nothing"}`);
    for (const failure of this.failures.splice(0)) {
      if (!(failure instanceof Killed)) throw new Violation("reconcile failed", { cause: failure });
    }
  }

  /** Its calls: each may end the environment, before it takes effect or after. */
  private guarded(frame: Frame): ReconcileDeps {
    const deps = this.reconcileDeps();
    const { table, queues, openClient } = deps;
    const guard =
      <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        const fault = this.hasFaults ? this.dice() : 1;
        if (fault < 0.01) frame.dead = true;
        if (frame.dead) throw new Killed();
        const result = await call(...args);
        if (fault < 0.03) frame.dead = true;
        if (frame.dead) throw new Killed();
        return result;
      };
    const own: ReconcileDeps["table"] = {
      get: guard((key) => table.get(key)),
      partition: guard((pk) => table.partition(pk)),
      range: (range) => table.range(range),
      put: guard((item, condition) => table.put(item, condition)),
      delete: guard((key, condition) => table.delete(key, condition)),
    };
    return {
      ...deps,
      table: own,
      openClient: guard(async (...about) => {
        const client = await openClient(...about);
        return { ...client, changedSince: (time) => this.listing(frame, client.changedSince?.(time)) };
      }),
      queues: {
        sendAllToIntake: guard(async (messages, group) => {
          // Some of a batch may be taken.
          const isBroken = this.hasFaults && this.dice() < 0.05;
          const taken = isBroken ? messages.slice(0, this.roll(messages.length)) : messages;
          await queues.sendAllToIntake(taken, group);
          if (isBroken) throw new Error("the queue refused some");
        }),
      },
      backoff: this.backoffOn(own),
    };
  }

  private async *listing(
    frame: Frame,
    list: ReturnType<NonNullable<typeof this.shop.client.changedSince>> | undefined,
  ) {
    if (this.frames.some((other) => other !== frame && other.isListing && !other.dead)) {
      throw new Violation("two passes of one connection list at once");
    }
    frame.isListing = true;
    try {
      for await (const hit of list ?? []) {
        if (frame.dead) throw new Killed();
        yield hit;
      }
    } finally {
      frame.isListing = false;
    }
  }

  /** While a page is read. */
  private async duringPage(): Promise<void> {
    this.clock += this.roll(3) * 1_000;
    if (!this.hasFaults) return;
    this.shop.lag = this.roll(2) * LIST_LAG;
    const fault = this.dice();
    if (fault < 0.03) throw new Unavailable("500");
    if (fault < 0.05) throw new Throttled("429", this.roll(3) * MINUTE);
    if (fault < 0.06) throw new TypeError("a defect of the connector");
    if (this.frames.length < 3 && fault < 0.4) await this.act();
  }

  /** What must hold at any moment. @throws Violation */
  private async check(): Promise<void> {
    const { watermark } = (await this.state()) ?? {};
    for (const { id, changedAt } of this.shop.orders.values()) {
      if (this.live(id) > 1) throw new Violation(`two live orders of ${id}`);
      if (watermark === undefined || changedAt > Date.parse(watermark) - LIST_LAG) continue;
      if ((this.queuedAt.get(id) ?? 0) >= changedAt) continue;
      // An event that was queued before the change may have been fetched after it.
      if ((await this.recordedChange(id)) < changedAt) throw new Violation(`the watermark passed ${id}, never queued`);
    }
  }

  /** The last change of an order that the ledger has, epoch ms; 0 if it does not know the order. */
  private async recordedChange(id: string): Promise<number> {
    const record = await this.ledger.order({ channel: "plain", connection: "main", orderId: id });
    return record ? Date.parse(changeIn(record.freshness).time) : 0;
  }

  /** Ends all faults; nothing but polls brings what is missing. @throws Violation where the result is wrong */
  async settle(): Promise<void> {
    this.hasFaults = false;
    this.shop.lag = 0;
    this.story.push("faults end");
    this.clock += 10 * MINUTE;
    for (let round = 0; round < 40; round++) {
      await this.invoke();
      await this.routeAll();
      this.clock += 5 * MINUTE;
    }
    await this.run();
    for (const { id, changedAt, financialState } of this.shop.orders.values()) {
      if ((await this.recordedChange(id)) !== changedAt)
        throw new Violation(`the ledger lacks the last change of ${id}`);
      const expected = financialState === "paid" ? 1 : 0;
      if (this.live(id) !== expected) throw new Violation(`${id} was created ${this.live(id)} times`);
    }
  }

  private time(): string {
    return new Date(this.clock).toISOString().slice(11, 19);
  }

  describe(): string {
    return this.story.join("\n");
  }
}
