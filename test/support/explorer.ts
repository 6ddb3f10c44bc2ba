import { findDue } from "../../functions/find-due/find-due.ts";
import type { Client } from "../../functions/providers/provider.ts";
import { CommandError } from "../../operator/command-error.ts";
import { sendAgain, sendable } from "../../operator/send-again.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { needsOperator } from "../../shared/ledger/work-list.ts";
import type { Destination } from "../../shared/stage/config.ts";
import { diceOf } from "./dice.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { type Fate, Killed, Parcelworks } from "./parcelworks.ts";
import { ProviderRelay } from "./provider-relay.ts";
import { plain, sampleOrder } from "./relay.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-11-01T12:00:00.000Z");
const ID = sampleOrder().id;

const FATES: readonly Fate[] = [
  "timeout-after-create",
  "timeout-before-create",
  "killed-before-create",
  "killed-after-create",
  "throttled",
  "rejected",
  "rejected-after-create",
  "down",
  "refused-key",
  "duplicate",
  "crash",
];

/** A state of the order at its channel. */
interface State {
  kind: "pending" | "paid" | "cancelled" | "deleted" | "nothing-to-ship" | "changed";
  updatedAt: string;
}

/** A running function: what it does after its end, or after it was killed, does not happen. */
interface Frame {
  end: number;
  dead: boolean;
}

/**
 * One order, two destinations, and everything that can happen to them, drawn from a seed: the real route-order,
 * create-order and find-due on a ledger in memory. Before each of their calls another one may run, fail, or end the function.
 * After each step the rules are checked that must hold at any moment; `settle` ends all faults and checks the result.
 */
export class Explorer extends ProviderRelay {
  clock = START;
  readonly accounts = new Map(["one", "two"].map((name) => [name, new Parcelworks(this.now)]));
  private readonly story: string[] = [];
  protected readonly channel = plain;
  protected readonly provider;
  private readonly memory: MemoryLedger;
  private readonly dice: () => number;
  private readonly frames: Frame[] = [];
  private readonly states: State[];
  private events: State[];
  private hasFaults = true;
  private depth = 0;
  private readonly running = new Set<string>();
  /** The cancellation that was answered last. */
  private answered: { freshness: string } | undefined;

  constructor(seed: number) {
    const memory = new MemoryLedger();
    super(memory, {
      stage: "test",
      connections: [{ channel: "plain", name: "main", key: "pm", since: "2026-01-01T00:00:00Z" }],
      destinations: ["one", "two"].map((name) => ({ provider: "parcelworks", name })),
      routes: [{ from: ["plain/main"], to: ["parcelworks/one", "parcelworks/two"] }],
    });
    this.memory = memory;
    this.dice = diceOf(seed);
    this.random = this.dice;
    this.provider = new Parcelworks(this.now).provider;
    this.states = this.drawStates();
    this.events = this.states.flatMap((state) => Array.from({ length: 1 + this.roll(2) }, () => state));
    const hasStep = this.dice() < 0.4;
    for (const [name, account] of this.accounts) {
      if (hasStep) account.step = "mark-paid";
      account.onStep = () => this.duringStep(name);
      account.onPost = () => this.between();
    }
    Object.assign(this, { ledger: this.ledgerOf(undefined) });
  }

  private roll(sides: number): number {
    return Math.floor(this.dice() * sides);
  }

  private pick<T>(values: readonly T[]): T {
    const value = values[this.roll(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  private drawStates(): State[] {
    const later: State["kind"][] = ["paid", "changed", "cancelled", "deleted", "nothing-to-ship"];
    const kinds = [this.pick(["pending", "paid", "paid"] as const)].concat();
    const all: State["kind"][] = [...kinds, ...Array.from({ length: this.roll(4) }, () => this.pick(later))];
    if (!all.some((kind) => kind !== "pending")) all.push("paid");
    return all.map((kind, index) => ({ kind, updatedAt: new Date(START - HOUR + index * MINUTE).toISOString() }));
  }

  /** A function's ledger: its calls fail, take effect without an answer, or let others run first. */
  private ledgerOf(frame: Frame | undefined): Ledger {
    const guard =
      <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        await this.between();
        const isOver = () => frame !== undefined && (frame.dead || this.clock > frame.end);
        if (isOver()) throw new Killed();
        const fault = this.hasFaults ? this.dice() : 1;
        if (fault < 0.015) throw new Fault("the table refuses");
        const result = await call(...args);
        if (fault < 0.03) throw new Fault("the table's answer is lost");
        return result;
      };
    const { memory } = this;
    return {
      order: guard((identity) => memory.order(identity)),
      load: guard((identity) => memory.load(identity)),
      putOrder: guard((record) => this.putOrder(record)),
      putDelivery: guard((delivery) => this.putDelivery(delivery)),
      putBody: guard((...args: Parameters<Ledger["putBody"]>) => memory.putBody(...args)),
      readBody: guard((body) => memory.readBody(body)),
      walk: (from, to) => memory.walk(from, to),
      workList: (list) => memory.workList(list),
      markUnread: guard((identity) => memory.markUnread(identity)),
      unmarkUnread: guard((identity) => memory.unmarkUnread(identity)),
      unread: () => memory.unread(),
      eraseBody: memory.eraseBody,
      eraseErrorText: memory.eraseErrorText,
      erasures: memory.erasures,
      dueCursor: guard(() => memory.dueCursor()),
      moveDueCursor: guard((to) => memory.moveDueCursor(to)),
    };
  }

  private recordNow(): OrderRecord | undefined {
    return this.memory.partitions.values().next().value?.record;
  }

  private async putOrder(record: OrderRecord): Promise<"written" | "conflict"> {
    const before = this.recordNow();
    const result = await this.memory.putOrder(record);
    if (result === "written" && before) {
      if (record.freshness < before.freshness) throw new Violation("the record's freshness went back");
      if (record.generation < before.generation) throw new Violation("the record's generation went back");
    }
    return result;
  }

  private async putDelivery(delivery: Delivery): Promise<"written" | "conflict"> {
    const { deliveries } = this.memory.partitions.values().next().value ?? {};
    const before = deliveries?.get(`${delivery.destination}#${delivery.generation}`);
    const result = await this.memory.putDelivery(delivery);
    if (result === "conflict") return result;
    const { state } = delivery;
    if (before?.state === "created" && state !== "created") throw new Violation(`created became ${state}`);
    if (before?.state === "cancelled" && state !== "cancelled") throw new Violation(`cancelled became ${state}`);
    const record = this.recordNow();
    const isClaim = state === "sending" && delivery.token !== before?.token;
    if (isClaim && record?.state === "cancelled" && this.answered?.freshness === record.freshness) {
      throw new Violation("a claim after the cancellation was answered");
    }
    return result;
  }

  protected override ledgerOfAttempt(): Ledger {
    return this.ledgerOf(this.frames.at(-1));
  }

  protected async open(_deadline: number, { name }: Destination): Promise<Client> {
    const account = this.accounts.get(name);
    const frame = this.frames.at(-1);
    if (!account || !frame) throw new Violation(`no account ${name}`);
    const { client } = account;
    const alive = () => {
      if (frame.dead || this.clock > frame.end) throw new Killed();
    };
    return {
      prepare: async (outgoing) => {
        await this.between();
        alive();
        return client.prepare(outgoing);
      },
      create: async (prepared, outgoing) => {
        account.lag = this.roll(110_000);
        if (this.hasFaults && this.dice() < 0.35) account.fates.unshift(this.pick(FATES));
        alive();
        try {
          return await client.create(prepared, outgoing);
        } catch (error) {
          if (error instanceof Killed) frame.dead = true;
          throw error;
        } finally {
          this.check();
        }
      },
      find: async (sent, outgoing) => {
        await this.between();
        alive();
        account.searchable = !this.hasFaults || this.dice() < 0.9;
        account.findFails = this.hasFaults && this.dice() < 0.1 ? 1 : 0;
        return client.find(sent, outgoing);
      },
      followUp: async (step, ids, outgoing) => {
        alive();
        if (this.recordNow()?.state === "cancelled") throw new Violation("a step of a cancelled order");
        await client.followUp?.(step, ids, outgoing);
        alive();
        if (this.hasFaults && this.dice() < 0.2) throw new TypeError("a bug in the step");
      },
    };
  }

  private async duringStep(name: string): Promise<void> {
    if (this.running.has(name)) throw new Violation("two messages do one step");
    this.running.add(name);
    await this.between();
    this.running.delete(name);
  }

  /** Another function runs meanwhile. */
  private async between(): Promise<void> {
    if (!this.hasFaults || this.depth >= 2 || this.dice() >= 0.1) return;
    this.depth += 1;
    const pause = this.pick([0, 0, 1_000, 20_000]);
    this.clock += pause;
    this.story.push("  meanwhile:");
    try {
      await this.act();
    } finally {
      this.depth -= 1;
    }
  }

  /** What was done, and what came of it. */
  describe(): string {
    const partition = this.memory.partitions.values().next().value;
    const deliveries = [...(partition?.deliveries.values() ?? [])];
    const { events: _, ...record } = partition?.record ?? { events: [] };
    const result = { record, deliveries, queue: this.queue.length, deadLetters: this.deadLetters.length };
    return [...this.story, JSON.stringify(result, undefined, 1)].join("\n");
  }

  /** One step of the schedule. */
  async act(): Promise<void> {
    const crossing = ["event", "event", "event", "message", "message", "pass", "copy", "operator"];
    const alone = ["event", "message", "message", "message", "pass", "copy", "lose", "redrive", "operator", "wait"];
    const kind = this.pick(this.depth > 0 ? crossing : alone);
    switch (kind) {
      case "event":
        await this.nextEvent();
        break;
      case "message":
        await this.nextMessage();
        break;
      case "pass":
        await this.pass();
        break;
      case "copy":
        if (this.queue.length > 0) this.send(this.pick(this.queue).body);
        break;
      case "lose":
        if (this.queue.length > 0 && this.dice() < 0.5) this.queue.splice(this.roll(this.queue.length), 1);
        break;
      case "redrive":
        this.redrive(this.pick(["new", "kept"] as const));
        break;
      case "wait":
        this.clock += this.pick([1_000, MINUTE, 3 * MINUTE, 20 * MINUTE, 7 * HOUR]);
        break;
      default:
        await this.sendByHand();
    }
    this.story.push(`${new Date(this.clock).toISOString().slice(11, 19)} ${kind}`);
    this.check();
  }

  private async nextEvent(): Promise<void> {
    const index = this.roll(this.events.length);
    const [state] = this.events.splice(index, 1);
    if (!state) return;
    this.story.push(`${state.kind} ${state.updatedAt.slice(11, 16)}`);
    try {
      const { outcome } = await this.arrives(readingOf(state));
      const record = this.recordNow();
      if (outcome === "cancelled" && record?.state === "cancelled") this.answered = { freshness: record.freshness };
    } catch (error) {
      this.expectFault(error);
      // SQS hands it out again.
      this.events.push(state);
    }
  }

  private async nextMessage(): Promise<void> {
    const next = this.queue.toSorted((a, b) => a.visibleAt - b.visibleAt)[0];
    if (!next || (this.depth > 0 && next.visibleAt > this.clock)) return;
    this.clock = Math.ceil(Math.max(this.clock, next.visibleAt));
    if (next.receives >= 25) {
      this.queue.splice(this.queue.indexOf(next), 1);
      this.deadLetters.push(next);
      return;
    }
    this.frames.push({ end: this.clock + 90_000, dead: false });
    try {
      await this.receive(next);
    } catch (error) {
      this.expectFault(error);
    } finally {
      this.frames.pop();
    }
  }

  private async pass(): Promise<void> {
    const { config, ledger, now } = this;
    const queues = {
      sendToDestination: async (_: string, body: string) => this.send(body),
      sendToIntake: async () => {},
    };
    const onLateCancellation = (destination: string) => this.late.push(destination);
    try {
      await findDue({ config, ledger, queues, now, deadline: this.clock + 55_000, onLateCancellation });
    } catch (error) {
      this.expectFault(error);
    }
  }

  /** Only what this explorer threw itself may come out of a function. */
  private expectFault(error: unknown): void {
    if (!(error instanceof Fault))
      throw error instanceof Violation ? error : new Violation(String(error), { cause: error });
  }

  /** The operator's `--send`: of a delivery that waits for one, the dead letter may be gone. */
  private async sendByHand(): Promise<void> {
    const { ledger, config, now } = this;
    const queues = { sendToDestination: async (_: string, body: string) => this.send(body) };
    try {
      const file = await ledger.load({ channel: "plain", connection: "main", orderId: ID });
      if (!file) return;
      const destinations = sendable(file, undefined, config, this.clock).map(({ destination }) => destination);
      await sendAgain(file.record, destinations, "sent again by ada", { ledger, queues, config, now });
    } catch (error) {
      if (!(error instanceof CommandError)) this.expectFault(error);
    }
  }

  private live(name: string) {
    return this.accounts.get(name)?.live() ?? [];
  }

  /** What must hold at any moment. @throws Violation */
  private check(): void {
    for (const name of this.accounts.keys()) {
      if (this.live(name).length > 1) throw new Violation(`two live orders at ${name}`);
    }
  }

  /** Ends all faults, lets everything arrive, redrives, and waits. @throws Violation where the result is wrong */
  async settle(): Promise<void> {
    this.hasFaults = false;
    this.story.push("faults end");
    for (const account of this.accounts.values()) {
      account.fates.length = 0;
      account.searchable = true;
    }
    while (this.events.length > 0) await this.nextEvent();
    for (let round = 0; round < 4; round++) {
      this.redrive("new");
      await this.sendByHand();
      for (let look = 0; look < 30; look++) {
        const until = this.clock + HOUR;
        while (this.queue.some(({ visibleAt }) => visibleAt <= until)) await this.nextMessage();
        this.clock = Math.max(this.clock, until);
        await this.pass();
        if (this.isSettled()) break;
      }
    }
    this.check();
    this.checkEnd();
  }

  private isSettled(): boolean {
    try {
      this.checkEnd();
      return true;
    } catch {
      return false;
    }
  }

  private checkEnd(): void {
    const record = this.recordNow();
    if (!record) throw new Violation("no record");
    const newest = this.states.reduce((a, b) => (b.updatedAt > a.updatedAt ? b : a));
    if (!record.freshness.startsWith(newest.updatedAt)) throw new Violation("the newest state was not taken");
    const partition = this.memory.partitions.values().next().value;
    const waitsForOperator = (path: string) => {
      const delivery = partition?.deliveries.get(`${path}#${record.generation}`);
      return record.state === "held" && delivery !== undefined && needsOperator(delivery);
    };
    const open = [...record.toSend, ...record.toSuppress].filter((path) => !waitsForOperator(path));
    if (open.length > 0) throw new Violation("not all was sent or suppressed");
    if (this.queue.length + this.deadLetters.length > 0) throw new Violation("messages are left");
    for (const name of this.accounts.keys()) {
      const delivery = partition?.deliveries.get(`parcelworks/${name}#${record.generation}`);
      if (!waitsForOperator(`parcelworks/${name}`)) this.checkDelivery(name, newest, record, delivery);
    }
  }

  private checkDelivery(name: string, newest: State, record: OrderRecord, delivery: Delivery | undefined): void {
    const path = `parcelworks/${name}`;
    const live = this.live(name).length;
    const { state } = record;
    const wasCancelled = this.states.some(({ kind }) => kind === "cancelled" || kind === "deleted");
    const isCancelled = newest.kind === "cancelled" || newest.kind === "deleted";
    if (delivery && !["created", "cancelled", "withdrawn"].includes(delivery.state)) {
      throw new Violation(`${name} is still ${delivery.state}`);
    }
    if (delivery?.followUp) throw new Violation(`the step at ${name} is still open`);
    if (delivery?.state === "created" && live === 0) throw new Violation(`${name} is created and does not exist`);
    if (live > 0 && state === "cancelled" && !this.late.includes(path)) {
      throw new Violation(`${name} lives, the order is cancelled, and nothing was reported`);
    }
    if (isCancelled && state !== "cancelled") throw new Violation(`the cancelled order is ${state}`);
    if (isCancelled || state === "held") return;
    if (wasCancelled && state === "cancelled") throw new Violation("the order is wanted again and cancelled");
    if (newest.kind === "nothing-to-ship") return;
    if (live !== 1 || delivery?.state !== "created") throw new Violation(`${name} is ${delivery?.state}, ${live} live`);
  }
}

/** A call that this explorer let fail. */
class Fault extends Error {
  override readonly name = "Fault";
}

/** A rule that the design promises does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

function readingOf({ kind, updatedAt }: State): Record<string, unknown> {
  const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2 }];
  switch (kind) {
    case "pending":
      return { order: sampleOrder({ updatedAt, financialState: "pending" }) };
    case "paid":
      return { order: sampleOrder({ updatedAt }) };
    case "cancelled":
      return { order: sampleOrder({ updatedAt, cancelledAt: updatedAt }) };
    case "deleted":
      return { topic: "orders/delete", kind: "change", change: "cancelled", orderId: ID, eventTime: updatedAt };
    case "nothing-to-ship":
      return { order: sampleOrder({ updatedAt, lines: lines.map((line) => ({ ...line, quantityToShip: 0 })) }) };
    case "changed":
      return { order: sampleOrder({ updatedAt, lines: [{ id: "1", sku: "DEMO-TEE", quantity: 1 }] }) };
  }
}
