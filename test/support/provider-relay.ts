import * as z from "zod/mini";
import type { Channel } from "../../functions/channels/channel.ts";
import { createOrder, type Handled } from "../../functions/create-order/create-order.ts";
import type { Client, Provider } from "../../functions/providers/provider.ts";
import { routeOrder } from "../../functions/route-order/route-order.ts";
import { DeliveryPointer } from "../../shared/ledger/delivery.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Ticket } from "../../shared/ledger/ticket.ts";
import { readTrace, type Trace } from "../../shared/ledger/trace.ts";
import { pack, type ReceivedEvent } from "../../shared/messages/event.ts";
import { Config, type Destination } from "../../shared/stage/config.ts";
import { firstReceive, noChannelApi } from "./no-channel-api.ts";
import { Killed } from "./parcelworks.ts";

const HOUR = 3_600_000;

interface Queued {
  id: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
}

/**
 * The real route-order and create-order around one provider, on a real ledger. The queue between them is a list that
 * behaves as SQS does; the clock jumps to the time when the next message becomes visible.
 */
export abstract class ProviderRelay {
  readonly queue: Queued[] = [];
  readonly deadLetters: Queued[] = [];
  readonly now = () => this.clock;
  /** Random numbers for the backoff's jitter. */
  random = () => 0.5;
  /** How many of the next sends fail. */
  queueDown = 0;
  /** Destinations for which a cancellation was reported that came too late. */
  readonly late: string[] = [];
  /** Tickets that route-order raised. */
  readonly tickets: Ticket[] = [];
  /** When the next events were received, epoch ms, if not now: they are redriven. */
  receivedAt: number | undefined;
  readonly ledger: Ledger;
  config: Config;
  protected count = 0;

  constructor(ledger: Ledger, config: z.input<typeof Config>) {
    this.ledger = ledger;
    this.config = z.parse(Config, config);
  }

  /** Epoch ms; a test advances it. */
  abstract clock: number;
  protected abstract readonly channel: Channel;
  protected abstract readonly provider: Provider;
  /** The client of one attempt. */
  protected abstract open(deadline: number, destination: Destination): Promise<Client>;

  protected ledgerOfAttempt(): Ledger {
    return this.ledger;
  }

  /** Runs route-order on one event. */
  async arrives(reading: Record<string, unknown>, endpoint = "main") {
    const event: ReceivedEvent = {
      source: "webhook",
      eventId: `evt_${++this.count}`,
      channel: this.channel.name,
      endpoint,
      receivedAt: new Date(this.receivedAt ?? this.clock).toISOString(),
      method: "POST",
      rawPath: `/webhooks/${this.channel.name}/${endpoint}`,
      rawQuery: "",
      headers: {},
      query: {},
      body: Buffer.from(JSON.stringify({ topic: "orders/paid", kind: "order", ...reading })),
    };
    return routeOrder(firstReceive(pack(event), this.clock), {
      ...noChannelApi,
      random: Math.random,
      config: this.config,
      channelOf: async () => this.channel,
      ledger: this.ledger,
      queues: { sendToDestination: async (_destination, message) => this.send(message) },
      eventStore: { get: async () => "" },
      now: this.now,
      onLateCancellation: (destination) => this.late.push(destination),
      onTicket: (ticket) => this.tickets.push(ticket),
    });
  }

  send(body: string): void {
    if (this.queueDown > 0) {
      this.queueDown -= 1;
      throw new Error("queue down");
    }
    this.queue.push({ id: `m${++this.count}`, body, sentAt: this.clock, visibleAt: this.clock, receives: 0 });
  }

  /** Runs create-order on a visible message, as SQS and Lambda would; an acknowledged message leaves the queue. */
  async receive(message: Queued): Promise<Handled | "killed"> {
    message.receives += 1;
    const functionTimeout = this.provider.timing.function ?? 90_000;
    message.visibleAt = this.clock + 6 * functionTimeout;
    const deadline = this.clock + functionTimeout - 500;
    try {
      const handled = await createOrder(
        { messageId: message.id, body: message.body, receives: message.receives, sentAt: message.sentAt, deadline },
        {
          provider: this.provider,
          config: this.config,
          ledger: this.ledgerOfAttempt(),
          open: (destination) => this.open(deadline, destination),
          now: this.now,
          sleep: async (ms) => {
            this.clock += Math.ceil(ms);
          },
          random: this.random,
          onLateCancellation: (destination) => this.late.push(destination),
          functionTimeout,
        },
      );
      if (handled.disposition === "ack") this.queue.splice(this.queue.indexOf(message), 1);
      else message.visibleAt = this.clock + handled.disposition.retryInMs;
      return handled;
    } catch (error) {
      if (error instanceof Killed) return "killed";
      throw error;
    }
  }

  /** Delivers visible messages and advances the clock to the next, until none is left or the time is up. */
  async run(forAtMost = 48 * HOUR, maxReceives = 25): Promise<void> {
    const until = this.clock + forAtMost;
    while (this.queue.length > 0) {
      const next = this.queue.reduce((a, b) => (b.visibleAt < a.visibleAt ? b : a));
      if (next.visibleAt > until) return;
      this.clock = Math.max(this.clock, next.visibleAt);
      if (next.receives >= maxReceives) {
        this.queue.splice(this.queue.indexOf(next), 1);
        this.deadLetters.push(next);
        continue;
      }
      await this.receive(next);
    }
  }

  /**
   * Does what "Start DLQ redrive" does: AWS gives each message a new ID, some emulators keep it; both renew the time.
   */
  redrive(ids: "new" | "kept"): void {
    for (const { id, body } of this.deadLetters.splice(0)) {
      this.clock += 1000;
      const kept = { body, sentAt: this.clock, visibleAt: this.clock, receives: 0 };
      this.queue.push({ id: ids === "kept" ? id : `m${++this.count}`, ...kept });
    }
  }

  async trace(orderId: string, connection = "main"): Promise<Trace> {
    const trace = await readTrace(this.ledger, { channel: this.channel.name, connection, orderId });
    if (!trace) throw new Error(`The ledger has no order ${orderId}.`);
    return trace;
  }

  pointers = () => this.queue.map(({ body }) => DeliveryPointer.parse(JSON.parse(body)));
}
