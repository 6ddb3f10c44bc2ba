import type * as z from "zod/mini";
import type { ChangedOrder, Channel, ChannelClient } from "../../functions/channels/channel.ts";
import type { Client } from "../../functions/providers/provider.ts";
import { type Deps as ReconcileDeps, reconcile } from "../../functions/reconcile/reconcile.ts";
import type { Pass } from "../../functions/reconcile/reconcile-connection.ts";
import { type Deps as RouteDeps, type Routed, routeOrder } from "../../functions/route-order/route-order.ts";
import { type ApiBackoff, createApiBackoff } from "../../shared/connector/api-backoff.ts";
import { type ConnectionState, loadConnectionState } from "../../shared/ledger/connection-state.ts";
import { createLedger } from "../../shared/ledger/ledger.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { pack } from "../../shared/messages/event.ts";
import { Order } from "../../shared/order.ts";
import type { Connection } from "../../shared/stage/config.ts";
import { NO_OBJECTS } from "./event-store.ts";
import { MemoryTable } from "./memory-table.ts";
import { firstReceive } from "./no-channel-api.ts";
import { Parcelworks } from "./parcelworks.ts";
import { ProviderRelay } from "./provider-relay.ts";
import { plain, sampleOrder } from "./relay.ts";
import { newEvent } from "./route-order-context.ts";

const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** How late the shop's list shows a change at most, and how far its client looks back, ms. */
export const LIST_LAG = 30 * SECOND;
const OVERLAP = LIST_LAG;
const PAGE = 3;

/** An order at the shop. Times in epoch ms. */
interface ShopOrder {
  id: string;
  changedAt: number;
  financialState: "pending" | "paid";
}

/** A shop whose API lists its orders in pages, oldest change first. */
export class PolledShop {
  readonly orders = new Map<string, ShopOrder>();
  private readonly now: () => number;
  /** Called in each call, before the answer: it may throw. */
  during: () => Promise<void> = async () => {};
  lag = 0;
  /** Leaves out of the list when an order changed. */
  isTimeless = false;
  pages = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  change(id: string, financialState: ShopOrder["financialState"] = "paid"): void {
    this.orders.set(id, { id, financialState, changedAt: this.now() });
  }

  orderOf(id: string): Order | undefined {
    const known = this.orders.get(id);
    const updatedAt = known && new Date(known.changedAt).toISOString();
    return known && Order.parse(sampleOrder({ id, updatedAt, financialState: known.financialState }));
  }

  readonly client: ChannelClient = {
    order: async (id) => {
      await this.during();
      const order = this.orderOf(id);
      return order ? { order } : "gone";
    },
    changedSince: (time) => this.listSince(time),
  };

  async *listSince(time: string): AsyncGenerator<ChangedOrder> {
    const from = Date.parse(time) - OVERLAP;
    let place = { changedAt: from, id: "" };
    for (;;) {
      this.pages += 1;
      await this.during();
      const shown = [...this.orders.values()].filter(
        (order) => order.changedAt <= this.now() - this.lag && isAfter(order, place),
      );
      const page = shown.sort((a, b) => (isAfter(a, b) ? 1 : -1)).slice(0, PAGE);
      for (const { id, changedAt } of page) {
        yield { id, ...(!this.isTimeless && { changedAt: new Date(changedAt).toISOString() }) };
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      place = last;
    }
  }
}

type Place = Pick<ShopOrder, "changedAt" | "id">;
const isAfter = (one: Place, other: Place): boolean =>
  one.changedAt > other.changedAt || (one.changedAt === other.changedAt && one.id > other.id);

export const POLLED = "plain/main";

/** A message of the intake queue. */
export interface IntakeEntry {
  body: string;
  orderId: string;
}

/** reconcile, route-order and create-order around a shop that has an API, on a table in memory. */
export class PolledRelay extends ProviderRelay {
  clock = Date.parse("2026-11-01T12:00:00.000Z");
  readonly shop = new PolledShop(this.now);
  readonly intake: IntakeEntry[] = [];
  readonly table: MemoryTable;
  readonly passes: Pass[] = [];
  readonly overdue: string[] = [];
  readonly failures: unknown[] = [];
  readonly apiFailures: unknown[] = [];
  readonly parcelworks = new Parcelworks(this.now);
  protected readonly provider = this.parcelworks.provider;
  /** Its API opens, or throws. */
  openClient: ReconcileDeps["openClient"] = async () => this.shop.client;
  protected channel: Channel = {
    ...plain,
    api: async () => ({ open: () => this.shop.client }),
  };

  constructor(connection: Partial<z.input<typeof Connection>> = {}, table = new MemoryTable()) {
    super(createLedger(table, NO_OBJECTS, { now: () => this.clock }), {
      stage: "test",
      connections: [{ channel: "plain", name: "main", key: "pm", since: "2026-11-01T00:00:00Z", ...connection }],
      destinations: [{ provider: "parcelworks", name: "demo" }],
      routes: [{ from: [POLLED], to: ["parcelworks/demo"] }],
    });
    this.table = table;
  }

  protected async open(): Promise<Client> {
    return this.parcelworks.client;
  }

  /** What an invocation of reconcile uses; an explorer puts faults around it. */
  reconcileDeps(): ReconcileDeps {
    const { config, table, now } = this;
    return {
      ...{ config, table, now, deadline: this.clock + 55_000, leaseUntil: this.clock + 60_000 },
      openClient: (...about) => this.openClient(...about),
      channelOf: async () => this.channel,
      queues: {
        sendAllToIntake: async (messages) => {
          for (const message of messages) this.enqueue(message);
        },
      },
      backoff: this.backoffOn(table),
      onPass: (_, pass) => this.passes.push(pass),
      onOverdue: (path) => this.overdue.push(path),
      failed: (_, error) => this.failures.push(error),
    };
  }

  protected backoffOn(table: Table): ApiBackoff {
    const { now, random, config } = this;
    const onFailure = (_: string, error: unknown) => this.apiFailures.push(error);
    return createApiBackoff({ table, timing: config.timing, now, random, onFailure });
  }

  /** One invocation. @returns its pass; undefined if none was due */
  async reconcile(): Promise<Pass | undefined> {
    const before = this.passes.length;
    await reconcile(this.reconcileDeps());
    return this.passes.slice(before).at(-1);
  }

  enqueue(body: string): void {
    const { orderId = "" } = JSON.parse(body);
    this.intake.push({ body, orderId });
  }

  /** Puts a webhook about an order on the intake queue, as the order is now. */
  webhook(id: string, kind: "order" | "fetch" = "order"): void {
    const meaning = kind === "order" ? { kind, order: this.shop.orderOf(id) } : { kind, orderId: id };
    const receivedAt = new Date(this.clock).toISOString();
    const body = pack(newEvent(JSON.stringify({ topic: "orders/paid", ...meaning }), { receivedAt }));
    this.intake.push({ body, orderId: id });
  }

  routeDeps(): RouteDeps {
    const { config, ledger, now, random } = this;
    return {
      ...{ config, ledger, now, random },
      channelOf: async () => this.channel,
      openClient: async () => this.shop.client,
      backoff: { run: (_connection, _deadline, call) => call() },
      queues: { sendToDestination: async (_destination, message) => this.send(message) },
      eventStore: { get: async () => "" },
    };
  }

  /** Runs route-order on a message, which leaves the queue once it is acknowledged. */
  async route(entry: IntakeEntry): Promise<Routed> {
    const routed = await routeOrder(firstReceive(entry.body, this.clock), this.routeDeps());
    // SQS may deliver it twice at once.
    const at = this.intake.indexOf(entry);
    if (routed.retryInMs === undefined && at >= 0) this.intake.splice(at, 1);
    return routed;
  }

  async routeAll(): Promise<void> {
    for (const entry of [...this.intake]) await this.route(entry);
  }

  state(): Promise<ConnectionState | undefined> {
    return loadConnectionState(this.table, this.clock, "connection", POLLED);
  }

  /** How many orders of the shop one ID became at the provider. */
  live(id: string): number {
    return this.parcelworks.live(`pm-${id}`).length;
  }
}
