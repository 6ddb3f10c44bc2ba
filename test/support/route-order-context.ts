import * as z from "zod/mini";
import type { Channel, Reading } from "../../functions/channels/channel.ts";
import { type Deps, type IntakeMessage, routeOrder } from "../../functions/route-order/route-order.ts";
import type { Identity } from "../../shared/identity.ts";
import { DeliveryPointer } from "../../shared/ledger/delivery.ts";
import { createLedger, type Ledger, type OrderSnapshot } from "../../shared/ledger/ledger.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import type { Ticket } from "../../shared/ledger/ticket.ts";
import { pack, type ReceivedEvent } from "../../shared/messages/event.ts";
import type { EventStore } from "../../shared/messages/event-store.ts";
import { Config, type Destination, type Timing } from "../../shared/stage/config.ts";
import { bucketOf } from "./event-store.ts";
import type { TestLedger } from "./ledger-table.ts";
import { firstReceive, noChannelApi } from "./no-channel-api.ts";
import { plain, sampleOrder } from "./relay.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const ONE = "parcelworks/one";
export const TWO = "parcelworks/two";

let lastOrder = 0;
/** Tests share one table; each uses its own orders. */
export const newId = (): string => `5500${String(process.pid).padStart(7, "0")}${String(++lastOrder).padStart(7, "0")}`;

export const newEvent = (body: Uint8Array | string, changes: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  source: "webhook",
  eventId: `evt_${++lastOrder}`,
  channel: "plain",
  endpoint: "main",
  receivedAt: "2026-11-01T12:00:00.000Z",
  method: "POST",
  rawPath: "/webhooks/plain/main",
  rawQuery: "",
  headers: {},
  query: {},
  body: Buffer.from(body),
  ...changes,
});

type Options = Partial<z.input<typeof Config>> & { timing?: Partial<z.input<typeof Timing>> };

/** route-order on a real ledger, with queues in a list, a clock that only a test moves, and S3 as a map. */
export class RouteOrderContext {
  clock = Date.parse("2026-11-01T12:00:00.000Z");
  readonly now = () => this.clock;
  config: Config;
  ledger: Ledger;
  /** Names of the DynamoDB commands that the ledger sent. */
  readonly commands: string[] = [];
  readonly sent: DeliveryPointer[] = [];
  /** As `onTicket` reported them, with their order's ID. */
  readonly tickets: (Ticket & { orderId: string })[] = [];
  readonly onTicket = (ticket: Ticket, { orderId }: Identity) => void this.tickets.push({ ...ticket, orderId });
  /** Destinations whose queue is down. */
  readonly down = new Set<string>();
  /** Called before each send. */
  beforeSend: (destination: string) => Promise<void> = async () => {};
  readonly objects: Map<string, string>;
  readonly eventStore: EventStore;
  readonly channels = new Map<string, Channel>([["plain", plain]]);
  readonly table: Table;

  /** @param table of the emulator */
  constructor(started: TestLedger, config: Options = {}, table = "ledger") {
    this.objects = started.objects;
    const { client } = started;
    const send = ((command: Parameters<typeof client.send>[0]) => {
      this.commands.push(command.constructor.name);
      return client.send(command);
    }) as typeof client.send;
    this.eventStore = bucketOf(this.objects);
    this.table = createTable({ send }, table);
    this.ledger = createLedger(this.table, this.eventStore, { now: this.now });
    this.config = z.parse(Config, {
      stage: "test",
      connections: [
        { channel: "plain", name: "main", key: "pm", since: "2026-01-01T00:00:00Z" },
        { channel: "plain", name: "second", key: "ps", since: "2026-01-01T00:00:00Z" },
      ],
      destinations: [
        { provider: "parcelworks", name: "one" },
        { provider: "parcelworks", name: "two" },
      ] satisfies z.input<typeof Destination>[],
      routes: [{ from: ["plain/main", "plain/second"], to: [ONE, TWO] }],
      ...config,
    });
  }

  readonly queues = {
    sendToIntake: async (): Promise<void> => {
      throw new Error("nothing is to be fetched");
    },
    sendToDestination: async (destination: string, message: string): Promise<void> => {
      await this.beforeSend(destination);
      if (this.down.has(destination)) throw new Error(`queue of ${destination} down`);
      this.sent.push(DeliveryPointer.parse(JSON.parse(message)));
    },
  };

  /** Destinations for which a cancellation was reported that came too late. */
  readonly late: string[] = [];
  readonly onLateCancellation = (destination: string) => void this.late.push(destination);

  protected deps(): Deps {
    const { config, channels, ledger, queues, eventStore, now, onTicket, onLateCancellation } = this;
    const channelOf = async (name: string) => channels.get(name);
    const clock = { now, random: () => 0.5 };
    return { ...noChannelApi, config, channelOf, ledger, queues, eventStore, onTicket, onLateCancellation, ...clock };
  }

  /** @param about the SQS receive, if it is not the first */
  routes(body: string, about: Partial<IntakeMessage> = {}) {
    return routeOrder({ ...firstReceive(body, this.clock), ...about }, this.deps());
  }

  /** Receives an event whose body is the reading itself. */
  arrives(reading: Record<string, unknown>, changes: Partial<ReceivedEvent> = {}) {
    const receivedAt = new Date(this.clock).toISOString();
    const whole = { topic: "orders/updated", kind: "order", ...reading };
    return this.routes(pack(newEvent(JSON.stringify(whole), { receivedAt, ...changes })));
  }

  /** Receives a paid order, unless `changes` say otherwise. */
  ordered(changes: Record<string, unknown>, about: Partial<Reading> & Partial<ReceivedEvent> = {}) {
    const { topic, eventTime, endpoint = "main" } = about;
    return this.arrives(
      { order: sampleOrder(changes), ...(topic && { topic }), ...(eventTime && { eventTime }) },
      { endpoint },
    );
  }

  sentOf = (orderId: string): string[] =>
    this.sent.filter((pointer) => pointer.orderId === orderId).map(({ destination }) => destination);

  async file(orderId: string, connection = "main"): Promise<OrderSnapshot> {
    const file = await this.ledger.load({ channel: "plain", connection, orderId });
    if (!file) throw new Error(`The ledger has no order ${orderId}.`);
    return file;
  }

  async record(orderId: string, connection = "main"): Promise<OrderRecord> {
    return (await this.file(orderId, connection)).record;
  }

  async body(orderId: string, connection = "main") {
    const { body } = await this.file(orderId, connection);
    if (!body) throw new Error("no body");
    return this.ledger.readBody(body);
  }
}

export const writesOf = (commands: readonly string[]): string[] =>
  commands.filter((name) => !/^(Get|Query)/.test(name));
