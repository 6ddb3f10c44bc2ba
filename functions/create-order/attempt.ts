import { randomUUID } from "node:crypto";
import { Deferred, Rejected, Throttled } from "../../shared/errors.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { inDoubtUntil } from "../../shared/ledger/in-doubt-until.ts";
import type { Ledger, OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { isOnOpenList, onOpenList } from "../../shared/ledger/work-list.ts";
import { backoff } from "../../shared/messages/backoff.ts";
import { omit } from "../../shared/omit.ts";
import type { Config, Destination } from "../../shared/stage/config.ts";
import type { Client, Created, Outgoing, Prepared, Provider, Sent } from "../providers/provider.ts";
import {
  type Circumstances,
  type Conclusion,
  concludeCreated,
  concludeEnded,
  concludeFailed,
  tried,
  waiting,
} from "./outcome.ts";
import { outgoingOf } from "./outgoing-of.ts";

/** A message of a destination's queue. Times in epoch ms. */
export interface Message {
  messageId: string;
  body: string;
  /** How often SQS has handed it out, this time included. */
  receives: number;
  /** When it was put on the queue, by SQS's clock: a replay is sent after the failure it repairs. */
  sentAt: number;
  /** By when the function must have ended all work on it. */
  deadline: number;
}

export interface Deps {
  provider: Provider;
  config: Config;
  ledger: Ledger;
  /** One destination, its secret read and its tools at hand. @throws Misconfigured where the secret cannot be used */
  open(destination: Destination, deadline: number): Promise<Client>;
  /** Epoch ms. */
  now(): number;
  sleep(ms: number): Promise<void>;
  random(): number;
  /** Of the whole function, ms: a dead attempt may have acted for so long after its claim. */
  functionTimeout: number;
}

/** Kept free before the function's end, ms: to write down what came back. */
const RESULT_MARGIN = 1_000;
/** For a message that found another one at work in the very moment, ms. */
const CONFLICT_PAUSE = 1_000;

/** Somebody else wrote the delivery since we read it. */
class Conflict extends Error {
  override readonly name = "Conflict";
}

/** `conflict`: somebody else wrote the delivery meanwhile. */
export type Ran = Omit<Conclusion, "outcome"> & { outcome: Conclusion["outcome"] | "conflict" };

/** One message's work on one delivery: look it up where it is in doubt, claim it, create it, write down what came back. */
export class Attempt {
  private readonly message: Message;
  private readonly destination: Destination;
  private readonly file: OrderSnapshot;
  private readonly deps: Deps;

  constructor(message: Message, destination: Destination, file: OrderSnapshot, deps: Deps) {
    this.message = message;
    this.destination = destination;
    this.file = file;
    this.deps = deps;
  }

  async work(delivery: Delivery, followUp: boolean): Promise<Ran> {
    try {
      return await (followUp ? this.followUp(delivery) : this.attempt(delivery));
    } catch (error) {
      if (error instanceof Conflict) return { outcome: "conflict", disposition: { retryInMs: CONFLICT_PAUSE } };
      throw error;
    }
  }

  private async attempt(found: Delivery): Promise<Ran> {
    const { record } = this.file;
    const settledAt = this.inDoubtUntil(found);
    const doubt = settledAt !== undefined;
    let delivery: Delivery = doubt ? { ...found, settledAt } : found;
    if (record.state === "cancelled" && !doubt) {
      return this.write(delivery, concludeEnded(delivery, "cancelled", "cancelled at the channel before it was sent"));
    }

    let outgoing: Outgoing;
    let client: Client;
    let prepared: Prepared | undefined;
    try {
      outgoing = await this.outgoing(delivery);
      client = await this.deps.open(this.destination, this.message.deadline);
    } catch (error) {
      return this.write(delivery, concludeFailed(delivery, error, "prepare", doubt, this.circumstances()));
    }
    delivery = { ...delivery, reference: outgoing.reference };

    if (doubt) {
      const resolved = await this.resolve(delivery, settledAt, outgoing, client);
      if (resolved) return resolved;
      if (record.state === "cancelled") {
        return this.write(
          delivery,
          concludeEnded(
            delivery,
            "cancelled",
            "cancelled at the channel; the provider does not have it, so it is not sent again",
          ),
        );
      }
    }
    if (outgoing.lines.length === 0) {
      return this.write(delivery, concludeEnded(delivery, "withdrawn", "no line left to ship"));
    }

    try {
      prepared = await client.prepare(outgoing);
      this.needTime();
    } catch (error) {
      // A conclusive "not there" has ended the doubt.
      return this.write(delivery, concludeFailed(delivery, error, "prepare", false, this.circumstances()));
    }
    return this.create(delivery, prepared, outgoing, client);
  }

  /** The claim, the call, what came back. */
  private async create(delivery: Delivery, prepared: Prepared, outgoing: Outgoing, client: Client): Promise<Ran> {
    const { functionTimeout, config } = this.deps;
    const now = this.deps.now();
    const claimed: Delivery = {
      ...omit(delivery, "settledAt", "nextAttemptAt", "workAt", "workList"),
      ...this.standing(delivery, now),
      state: "sending",
      attempts: delivery.attempts + 1,
      reference: outgoing.reference,
      orderVersion: this.file.body?.freshness ?? "",
      lines: prepared.lines,
      firstSentAt: delivery.firstSentAt ?? now,
      lastSentAt: now,
      token: randomUUID(),
      leaseUntil: now + functionTimeout + config.timing.leaseSkew,
      actsUntil: now + functionTimeout,
      rev: delivery.rev + 1,
    };
    await this.put(claimed);

    let created: Created;
    try {
      created = await this.createOnce(prepared, outgoing, client);
    } catch (error) {
      return this.write(claimed, concludeFailed(claimed, error, "create", false, this.circumstances()));
    }
    return this.created(claimed, created, outgoing, client);
  }

  /** Once something went wrong it is counted until it ends: this attempt may die, and the next, and nobody be left to say so. */
  private standing({ workAt, workList, ...delivery }: Delivery, now: number): Pick<Delivery, "workAt" | "workList"> {
    if (isOnOpenList({ workList })) return { workAt, workList };
    return delivery.firstSentAt === undefined && workList === undefined ? {} : onOpenList({ workAt, workList }, now);
  }

  private async created(delivery: Delivery, created: Created, outgoing: Outgoing, client: Client): Promise<Ran> {
    const ran = await this.write(delivery, concludeCreated(delivery, created, this.circumstances()));
    if (!ran.delivery?.followUp) return ran;
    return this.followUp(ran.delivery, outgoing, client);
  }

  /** "Too many requests" is surely not created: worth waiting for inside the function, under the same claim. */
  private async createOnce(prepared: Prepared, outgoing: Outgoing, client: Client): Promise<Created> {
    const { throttleBase: base, throttleCap: cap } = this.deps.config.timing;
    for (let answers = 1; ; answers++) {
      try {
        return await client.create(prepared, outgoing);
      } catch (error) {
        if (!(error instanceof Throttled)) throw error;
        // "At once", or at a time that is over by our clock, would be no pause at all.
        const pause = error.retryAfter || backoff(answers, { base, cap, random: this.deps.random });
        if (!this.hasTimeFor(pause + this.callTimeout())) throw error;
        await this.deps.sleep(pause);
      }
    }
  }

  /** @returns undefined once it is sure that nothing exists */
  private async resolve(
    delivery: Delivery,
    settledAt: number,
    outgoing: Outgoing,
    client: Client,
  ): Promise<Ran | undefined> {
    const { now, sleep, config } = this.deps;
    const { shortWait, retryBase } = config.timing;
    for (;;) {
      // Asked before it settled, "not there" is no answer; "there" is one at any time.
      const settled = now() >= settledAt;
      let found: Awaited<ReturnType<Client["find"]>>;
      try {
        found = await client.find(await this.sent(delivery, outgoing, client), outgoing);
      } catch (error) {
        return this.write(delivery, concludeFailed(delivery, error, "find", true, this.circumstances()));
      }
      if (found.found === "same") return this.created(delivery, found, outgoing, client);
      if (found.found !== "nothing") {
        const error = new Rejected(found.reason);
        return this.write(delivery, concludeFailed(delivery, error, "find", false, this.circumstances()));
      }
      if (settled && found.conclusive) return undefined;
      if (settled) {
        const reason = "the provider's records could not be searched to the end, so nobody knows whether it exists";
        return this.write(delivery, tried(delivery, reason, true, "find", false, this.circumstances()));
      }
      const left = settledAt - now();
      if (left <= shortWait && this.hasTimeFor(left + 2 * this.callTimeout())) {
        await sleep(Math.max(0, left));
        continue;
      }
      const reason = delivery.reason ?? "an earlier attempt may have created it; not found yet";
      const again = Math.min(left, Math.max(retryBase, left / 2));
      return this.write(delivery, waiting(delivery, "in-doubt", reason, again, this.circumstances()));
    }
  }

  /** A step that is open after creation, retried alone. */
  private async followUp(delivery: Delivery, known?: Outgoing, opened?: Client): Promise<Ran> {
    const step = delivery.followUp ?? "";
    try {
      const outgoing = known ?? (await this.outgoing(delivery));
      const client = opened ?? (await this.deps.open(this.destination, this.message.deadline));
      await client.followUp?.(step, delivery.providerOrderIds, outgoing);
    } catch (error) {
      const failed = concludeFailed(delivery, error, "find", false, this.circumstances());
      // Whatever went wrong with the step, the order exists.
      const kept = failed.delivery && { ...failed.delivery, state: "created" as const };
      return this.write(delivery, { ...failed, ...(kept && { delivery: kept }) });
    }
    const done = omit(delivery, "followUp", "reason", "nextAttemptAt", "workAt", "workList");
    return this.write(delivery, { outcome: "created", delivery: { ...done, tries: {} }, disposition: "ack" });
  }

  private inDoubtUntil(delivery: Delivery): number | undefined {
    const { restoredAt } = this.deps.config;
    return inDoubtUntil(delivery, this.file.record, { settling: this.settling(), restoredAt, now: this.deps.now() });
  }

  private outgoing = (delivery: Delivery): Promise<Outgoing> =>
    outgoingOf(this.file, delivery, this.destination, this.deps);

  private async sent(delivery: Delivery, outgoing: Outgoing, client: Client): Promise<Sent> {
    const seen = Date.parse(this.file.record.firstSeenAt);
    return {
      reference: outgoing.reference,
      lines: delivery.lines ?? (await client.prepare(outgoing)).lines,
      firstSentAt: delivery.firstSentAt ?? seen,
      lastSentAt: delivery.lastSentAt ?? seen,
    };
  }

  private circumstances(): Circumstances {
    const { now, random, config } = this.deps;
    return { messageId: this.message.messageId, now: now(), random, timing: config.timing, settling: this.settling() };
  }

  private settling = (): number => this.destination.settling ?? this.deps.provider.timing.settling;
  private callTimeout = (): number => this.destination.callTimeout ?? this.deps.provider.timing.call;
  private hasTimeFor = (ms: number): boolean => this.deps.now() + ms + RESULT_MARGIN <= this.message.deadline;

  /** No claim is made that the function's end would leave in doubt. */
  private needTime(): void {
    if (!this.hasTimeFor(this.callTimeout())) throw new Deferred("the function's time is nearly over", this.deps.now());
  }

  private async write(before: Delivery, { delivery, ...rest }: Conclusion | Ran): Promise<Ran> {
    if (!delivery) return rest;
    const next = { ...delivery, rev: before.rev + 1 };
    await this.put(next);
    return { ...rest, delivery: next };
  }

  private async put(delivery: Delivery): Promise<void> {
    if ((await this.deps.ledger.putDelivery(delivery)) === "conflict") throw new Conflict("written by somebody else");
  }
}
