import * as z from "zod/mini";
import type { Channel, Reading } from "../../functions/channels/channel.ts";
import { createOrder, type Handled } from "../../functions/create-order/create-order.ts";
import { routeOrder } from "../../functions/route-order/route-order.ts";
import { DeliveryPointer } from "../../shared/ledger/delivery.ts";
import { readTrace, type Trace } from "../../shared/ledger/trace.ts";
import { pack } from "../../shared/messages/event.ts";
import { Order } from "../../shared/order.ts";
import { Config } from "../../shared/stage/config.ts";
import type { TestLedger } from "./ledger-table.ts";
import { Killed, Parcelworks } from "./parcelworks.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Queued {
  id: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
}

/** A channel whose events are readings, written down. */
export const plain: Channel = {
  name: "plain",
  secret: z.object({}),
  secretFields: {},
  isAuthentic: () => true,
  reader: async () => ({
    read: ({ body }) => {
      const reading = JSON.parse(Buffer.from(body).toString()) as Reading;
      return reading.kind === "order" ? { ...reading, order: z.parse(Order, reading.order) } : reading;
    },
  }),
};

export const sampleOrder = (changes: Record<string, unknown> = {}) => ({
  id: "820982911946154508",
  placedAt: "2026-11-01T10:00:00.000Z",
  updatedAt: "2026-11-01T10:00:00.000Z",
  currency: "EUR",
  financialState: "paid",
  lines: [{ id: "1", sku: "DEMO-TEE", quantity: 2 }],
  shippingAddress: { name: "Ada Byron", street1: "Main 1", city: "Berlin", country: "DE" },
  ...changes,
});

/**
 * Rooms 2 and 3 around one provider, on a real ledger, with SQS's behaviour in a list and a clock that only moves when told.
 */
export class Relay {
  clock = Date.parse("2026-11-01T12:00:00.000Z");
  readonly queue: Queued[] = [];
  readonly deadLetters: Queued[] = [];
  readonly now = () => this.clock;
  readonly parcelworks = new Parcelworks(this.now);
  /** The jitter's dice. */
  random = () => 0.5;
  /** Makes sends fail. */
  queueDown = 0;
  /** Destinations for which a cancellation came too late, as room 2 tells it. */
  readonly late: string[] = [];
  private readonly started: TestLedger;
  private count = 0;
  config: Config;

  constructor(started: TestLedger, config: Partial<z.input<typeof Config>> = {}) {
    this.started = started;
    this.config = z.parse(Config, {
      stage: "test",
      connections: [{ channel: "plain", name: "main", key: "pm", since: "2026-01-01T00:00:00Z" }],
      destinations: [{ provider: "parcelworks", name: "demo" }],
      routes: [{ from: ["plain/main"], to: ["parcelworks/demo"] }],
      ...config,
    });
  }

  get ledger() {
    return this.started.ledger;
  }

  /** Room 2 on one event. */
  async arrives(reading: Record<string, unknown>, endpoint = "main") {
    const event = {
      eventId: `evt_${++this.count}`,
      channel: "plain",
      endpoint,
      receivedAt: new Date(this.clock).toISOString(),
      method: "POST",
      headers: {},
      query: {},
      body: Buffer.from(JSON.stringify({ topic: "orders/paid", kind: "order", ...reading })),
    };
    return routeOrder(pack(event), {
      config: this.config,
      channels: new Map([["plain", plain]]),
      ledger: this.ledger,
      queues: { sendToDestination: async (_destination, message) => this.send(message) },
      eventStore: { put: async () => {}, get: async () => "" },
      now: this.now,
      onLateCancellation: (destination) => this.late.push(destination),
    });
  }

  async ordered(changes: Record<string, unknown> = {}) {
    return this.arrives({ order: sampleOrder(changes) });
  }

  send(body: string): void {
    if (this.queueDown > 0) {
      this.queueDown -= 1;
      throw new Error("queue down");
    }
    this.queue.push({ id: `m${++this.count}`, body, sentAt: this.clock, visibleAt: this.clock, receives: 0 });
  }

  /** Room 3 on one message that is visible, as SQS and Lambda would do it. `again` undefined: it was acknowledged. */
  async receive(message: Queued): Promise<Handled | "killed"> {
    message.receives += 1;
    const timing = { functionTimeout: 90_000, visibility: 540_000 };
    message.visibleAt = this.clock + timing.visibility;
    const deadline = this.clock + timing.functionTimeout - 500;
    try {
      const handled = await createOrder(
        { messageId: message.id, body: message.body, receives: message.receives, sentAt: message.sentAt, deadline },
        {
          provider: this.parcelworks.provider,
          config: this.config,
          ledger: this.dying(),
          open: async () => this.parcelworks.client,
          now: this.now,
          sleep: async (ms) => {
            this.clock += ms;
          },
          random: this.random,
          functionTimeout: timing.functionTimeout,
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

  /** A killed function writes nothing more. */
  private dying(): TestLedger["ledger"] {
    const real = this.ledger;
    let dead = false;
    const { client } = this.parcelworks;
    const create = client.create.bind(client);
    client.create = async (prepared, outgoing) => {
      try {
        return await create(prepared, outgoing);
      } catch (error) {
        if (error instanceof Killed) dead = true;
        throw error;
      } finally {
        client.create = create;
      }
    };
    const putDelivery: typeof real.putDelivery = async (delivery) => {
      if (dead) throw new Killed();
      return real.putDelivery(delivery);
    };
    return { ...real, putDelivery };
  }

  /** Receives whatever is visible and moves the clock to the next that will be, until nothing is left or time is up. */
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

  /** What "Start DLQ redrive" does: AWS gives each message a new ID, some emulators keep it; the time is new in both. */
  redrive(ids: "new" | "kept"): void {
    for (const { id, body } of this.deadLetters.splice(0)) {
      this.clock += 1000;
      const kept = { body, sentAt: this.clock, visibleAt: this.clock, receives: 0 };
      this.queue.push({ id: ids === "kept" ? id : `m${++this.count}`, ...kept });
    }
  }

  async trace(orderId = sampleOrder().id): Promise<Trace> {
    const trace = await readTrace(this.ledger, { channel: "plain", connection: "main", orderId });
    if (!trace) throw new Error("nobody knows the order");
    return trace;
  }

  pointers = () => this.queue.map(({ body }) => DeliveryPointer.parse(JSON.parse(body)));
}
