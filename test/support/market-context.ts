import type { Channel } from "../../functions/channels/channel.ts";
import { findDue, type Pass } from "../../functions/find-due/find-due.ts";
import { type Deps, type Routed, routeOrder } from "../../functions/route-order/route-order.ts";
import { type ApiBackoff, createApiBackoff } from "../../shared/connector/api-backoff.ts";
import { fetchEvent, type IntakeEvent, pack } from "../../shared/messages/event.ts";
import { MAX_RECEIVES } from "../../shared/messages/max-receives.ts";
import type { Order } from "../../shared/order.ts";
import { pathOf } from "../../shared/stage/config.ts";
import { createLedgerTable, type TestLedger } from "./ledger-table.ts";
import { MarketApi, market, type Notification } from "./market.ts";
import { newEvent, ONE, RouteOrderContext, TWO } from "./route-order-context.ts";

/** Shop `n1`, and shop `s1`, of one app: one endpoint serves both. */
export const NORTH = "market/north";
export const SOUTH = "market/south";

interface Queued {
  messageId: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
}

let tables = 0;
let messages = 0;

/**
 * route-order and find-due around the Market, with an intake queue that behaves as SQS and their own table. The clock
 * only moves when a test, or `run`, moves it.
 */
export class MarketContext extends RouteOrderContext {
  readonly intake: Queued[] = [];
  readonly deadLetters: Queued[] = [];
  readonly apis = new Map([
    [NORTH, new MarketApi()],
    [SOUTH, new MarketApi()],
  ]);
  /** Errors of connections whose API began to fail. */
  readonly apiFailures: { connection: string; error: unknown }[] = [];
  /** Makes sends to the intake queue fail. */
  intakeDown = false;
  /** Of the environment that receives all messages, unless a test opens others. */
  backoff: ApiBackoff;

  static async open(started: TestLedger, channel: Channel = market()): Promise<MarketContext> {
    const table = `market-${++tables}`;
    await createLedgerTable(started.client, table);
    const context = new MarketContext(started, channel, table);
    await context.ledger.moveDueCursor(context.clock);
    return context;
  }

  private constructor(started: TestLedger, channel: Channel, table: string) {
    const shops = [
      { channel: "market", name: "north", key: "mn", endpoint: "app", shop: "n1", since: "2026-01-01T00:00:00Z" },
      { channel: "market", name: "south", key: "ms", endpoint: "app", shop: "s1", since: "2026-01-01T00:00:00Z" },
    ];
    super(started, { connections: shops, routes: [{ from: [NORTH, SOUTH], to: [ONE, TWO] }] }, table);
    this.channels.set("market", channel);
    this.backoff = this.environment();
  }

  /** The state that a further environment of route-order keeps about the APIs. */
  environment(): ApiBackoff {
    return createApiBackoff({
      table: this.table,
      timing: this.config.timing,
      now: this.now,
      random: () => 0.5,
      onFailure: (connection, error) => this.apiFailures.push({ connection, error }),
    });
  }

  api(connection = NORTH): MarketApi {
    const api = this.apis.get(connection);
    if (!api) throw new Error(`no API of ${connection}`);
    return api;
  }

  protected override deps(): Deps {
    return {
      ...super.deps(),
      backoff: this.backoff,
      openClient: async (_channel, connection) => this.api(pathOf(connection)).client,
    };
  }

  /** Puts a message on the intake queue. */
  queue(event: IntakeEvent): Queued {
    return this.push(pack(event));
  }

  private push(body: string): Queued {
    const messageId = `m${++messages}`;
    const message = { messageId, body, sentAt: this.clock, visibleAt: this.clock, receives: 0 };
    this.intake.push(message);
    return message;
  }

  /** Puts a webhook of the Market on the intake queue. */
  webhook(notification: Notification): Queued {
    const receivedAt = new Date(this.clock).toISOString();
    return this.queue(newEvent(JSON.stringify(notification), { channel: "market", endpoint: "app", receivedAt }));
  }

  /** Puts an order that a poll found on the intake queue. */
  poll(orderId: string, connection = "north"): Queued {
    return this.queue(fetchEvent({ channel: "market", connection, orderId }, "poll", this.clock));
  }

  /** Delivers a message once, as SQS and Lambda do. @returns undefined if SQS moved it to the DLQ instead */
  async receive(message: Queued): Promise<Routed | undefined> {
    message.receives += 1;
    if (message.receives > MAX_RECEIVES) {
      this.remove(message);
      this.deadLetters.push(message);
      return undefined;
    }
    const { messageId, body, receives, sentAt } = message;
    const routed = await routeOrder({ messageId, body, receives, sentAt, deadline: this.clock + 59_000 }, this.deps());
    if (routed.retryInMs === undefined) this.remove(message);
    else message.visibleAt = this.clock + routed.retryInMs;
    return routed;
  }

  private remove(message: Queued): void {
    this.intake.splice(this.intake.indexOf(message), 1);
  }

  /**
   * Delivers visible messages and advances the clock to the next, until none is left or the time is up.
   * @param time ms
   */
  async run(time: number): Promise<Routed[]> {
    const until = this.clock + time;
    const routed: Routed[] = [];
    for (;;) {
      const next = this.intake.toSorted((a, b) => a.visibleAt - b.visibleAt)[0];
      if (!next || next.visibleAt > until) break;
      this.clock = Math.max(this.clock, next.visibleAt);
      const result = await this.receive(next);
      if (result) routed.push(result);
    }
    this.clock = until;
    return routed;
  }

  /** Runs find-due once. */
  pass(): Promise<Pass> {
    const { config, ledger, now, onTicket } = this;
    const sendToIntake = async (message: string) => {
      if (this.intakeDown) throw new Error("the intake queue is down");
      this.push(message);
    };
    const queues = { ...this.queues, sendToIntake };
    return findDue({ config, ledger, queues, now, onTicket, deadline: this.clock + 30_000 });
  }

  /**
   * Runs find-due repeatedly, and route-order in between. Without create-order: sent deliveries are sent again.
   * @param time ms
   */
  async live(time: number, every = 5 * 60_000): Promise<void> {
    const until = this.clock + time;
    while (this.clock < until) {
      await this.run(every);
      await this.pass();
    }
  }

  /** Does what "Start DLQ redrive" does: AWS gives each message a new ID and time. */
  redrive(): void {
    for (const { body } of this.deadLetters.splice(0)) this.push(body);
  }

  async bodyOf(orderId: string, connection = "north"): Promise<Order> {
    const { body } = (await this.ledger.load({ channel: "market", connection, orderId })) ?? {};
    if (!body) throw new Error("no body");
    return this.ledger.readBody(body);
  }

  orderOf = (orderId: string, connection = "north") => this.ledger.order({ channel: "market", connection, orderId });
}
