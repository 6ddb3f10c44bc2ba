import * as z from "zod/mini";
import { parseJson } from "../../shared/json.ts";
import type { Order } from "../../shared/order.ts";
import { type ApiCall, type ChannelApi, type HostedApi, hostApi } from "./channel-api.ts";
import { completeOrder } from "./demo-order.ts";
import type { PartialOrder } from "./partial-order.ts";

/** A channel's endpoint as `endpoints` of local/secrets.json has it: what the channel signs its webhooks with. */
export const EndpointSecret = z.looseObject({
  /** The first one signs. */
  signingSecrets: z.optional(z.array(z.string()).check(z.minLength(1))),
  /** The address as registered at the channel, for channels that sign it. */
  url: z.optional(z.string()),
  /** `?key=` of the address, for channels that do not sign. */
  key: z.optional(z.string()),
  /** PEM, for senders that sign with one. */
  privateKey: z.optional(z.string()),
});
export type EndpointSecret = z.infer<typeof EndpointSecret>;

/** What `local/simulators/channels/<name>/index.ts` exports as `simulator`; the folder is called as the connector is. */
export interface ChannelSimulatorKind {
  /** The topics it can send; undefined where its senders choose their own words. */
  readonly topics: readonly string[] | undefined;
  /** The channel's own name of a connection's shop, where the stage file names none. */
  shopOf(connection: string): string;
  newOrderId(): string;
  newLineId(position: number): string;
  /** The topic of an event that names none. `known`: the channel had the order before. */
  topicOf(order: Order, known: boolean): string;
  /** What a topic says by itself of the order it is about: `orders/cancelled` has a `cancelledAt`. */
  implied?(topic: string, at: string): PartialOrder;
  /** Why the channel cannot have such an order (an ID that is no number); undefined where it can. */
  objection?(order: Order): string | undefined;
  /** What the channel sends, in this order, signed. On a queue it has no headers. */
  webhooks(event: ChannelEvent): OutgoingWebhook[];
  /** An order whose webhook does not carry all of it, for a channel whose other webhooks do: its connector fetches it. */
  readonly fetched?: PartialOrder;
  /** Its API, for a channel whose connector calls one. */
  readonly api?: ChannelApi;
}

/** What `demo.ts` beside a channel's simulator exports as `demo`: how the stage `local` uses that channel. Optional. */
export interface ChannelDemo {
  /** `settings` of the connection `demo`: docs/channels/<name>.md. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The shop's ID at the channel, where events name it. */
  readonly shop?: string;
  /** An invented address, where the channel signs the address that was registered; local/secrets.json repeats it. */
  readonly url?: string;
}

/** Something happened to an order of a connection. */
export interface ChannelEvent {
  readonly topic: string;
  readonly order: Order;
  /** The channel's own name of the shop. */
  readonly shop: string;
  readonly endpoint: EndpointSecret;
  /** ms since the epoch. */
  readonly now: number;
}

export interface OutgoingWebhook {
  /** Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One connection of the hosted stage, as its channel knows it. */
export interface SimulatedConnection {
  readonly channel: string;
  readonly name: string;
  readonly shop: string | undefined;
  /** Of the address, as `POST /webhooks/{channel}/{endpoint}` has it. */
  readonly endpointName: string;
  readonly endpoint: EndpointSecret;
  /** The connection's entry in local/secrets.json; empty where the channel has no credentials of a shop. */
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** The request makes no sense to this channel; the message is a sentence. */
export class ChannelRefusal extends Error {
  override name = "ChannelRefusal" as const;
}

/** The webhook is never sent; the order is the channel's all the same. */
const DROP_WEBHOOK = "drop-webhook";

/** One shop at its channel: the orders it has, the faults that wait. */
export interface ChannelSimulator {
  /** Where its webhooks go. */
  readonly connection: SimulatedConnection;
  readonly faults: readonly string[];
  /** Absent where the channel's webhooks carry the whole order. */
  readonly api: HostedApi | undefined;
  /** In the order in which they came. */
  orders(): ShownOrder[];
  subscriptions(): string[];
  /**
   * The next `times` webhooks, or calls of the API, fail that way, after the faults that already wait; 0 takes back what
   * waits. @throws ChannelRefusal
   */
  setFault(fault: SimulatorFault): void;
  /** Stores the order and sends what the channel sends for it. @throws ChannelRefusal */
  send(event: SentEvent): Promise<SendResult>;
  /** Stores the order and makes what the channel would send for it, signed. @throws ChannelRefusal */
  compose(event: SentEvent): { orderId: string; webhooks: OutgoingWebhook[] };
  /** Posts a webhook to the connection's endpoint, or puts it on its queue. @returns the status of the answer; 202 */
  deliver(webhook: OutgoingWebhook): Promise<number>;
}

/** An order that the channel has. */
export interface ShownOrder {
  readonly id: string;
  /** As `send` made it; absent where only `PUT` stored it. */
  readonly order?: Order;
  /** As the channel's API shows it, where it has one. */
  readonly resource?: unknown;
}

export interface SimulatorFault {
  readonly fault: string;
  readonly times: number;
  /** Which calls of the API. Default: `fetch`. */
  readonly on?: ApiCall | undefined;
}

/** Something that happens to an order. By default a new paid order; what the order lacks is filled in. */
export interface SentEvent {
  /** Default: the channel's own for what the order says. */
  readonly topic?: string | undefined;
  readonly order?: PartialOrder | undefined;
}

export interface SendResult {
  /** The highest of the answers; null where nothing was sent. */
  readonly status: number | null;
  /** As `GET /orders` takes it. */
  readonly orderId: string;
}

/** Where a simulator's events go. */
export interface Delivery {
  /** Where the connection's endpoint is. */
  stackUrl: string;
  /** Of a channel that sends to queues: puts a message on the connection's own. */
  putOnQueue?: ((body: string) => Promise<void>) | undefined;
  now?: () => number;
}

/** What `deliver` returns once a message is on a queue: it was accepted, and no answer will come. */
const QUEUED = 202;

export function startChannelSimulator(
  kind: ChannelSimulatorKind,
  connection: SimulatedConnection,
  { stackUrl, putOnQueue, now = Date.now }: Delivery,
): ChannelSimulator {
  const { channel, endpointName, endpoint } = connection;
  const shop = connection.shop ?? kind.shopOf(connection.name);
  const key = endpoint.key === undefined ? "" : `?key=${encodeURIComponent(endpoint.key)}`;
  const address = `${stackUrl}/webhooks/${channel}/${endpointName}${key}`;
  const orders = new Map<string, Order>();
  const { credentials } = connection;
  const api = kind.api && hostApi(kind.api, { shop, app: endpoint, credentials, now });
  let toDrop = 0;
  let number = 1000;

  /** @throws ChannelRefusal */
  function take(part: PartialOrder, topic: string | undefined): ChannelEvent {
    if (topic !== undefined && kind.topics && !kind.topics.includes(topic)) {
      throw new ChannelRefusal(`${channel} sends no topic "${topic}", only ${kind.topics.join(", ")}.`);
    }
    const known = part.id === undefined ? undefined : orders.get(part.id);
    const at = now();
    const implied = topic === undefined ? {} : (kind.implied?.(topic, new Date(at).toISOString()) ?? {});
    const order = completeOrder(
      { ...implied, ...part },
      {
        newId: () => kind.newOrderId(),
        newLineId: (position) => kind.newLineId(position),
        newNumber: () => String(++number),
        known,
        now: at,
      },
    );
    const objection = kind.objection?.(order);
    if (objection !== undefined) throw new ChannelRefusal(objection);
    return { topic: topic ?? kind.topicOf(order, known !== undefined), order, shop, endpoint, now: at };
  }

  async function deliver({ headers, body }: OutgoingWebhook): Promise<number> {
    if (putOnQueue) {
      await putOnQueue(body);
      return QUEUED;
    }
    const answer = await fetch(address, { method: "POST", headers, body, redirect: "manual" });
    await answer.arrayBuffer();
    return answer.status;
  }

  function compose({ topic, order = {} }: SentEvent) {
    const event = take(order, topic);
    orders.set(event.order.id, event.order);
    api?.put(event.order.id, JSON.stringify(kind.api?.resource(event.order, shop)));
    return { orderId: event.order.id, webhooks: kind.webhooks(event) };
  }

  function shown(id: string): ShownOrder {
    const order = orders.get(id);
    const text = api?.book.orders.get(id);
    return { id, ...(order && { order }), ...(text !== undefined && { resource: parseJson(text) }) };
  }

  const faults = [DROP_WEBHOOK, ...(api?.faults ?? [])];
  return {
    connection,
    faults,
    api,
    orders: () => [...new Set([...orders.keys(), ...(api?.book.orders.keys() ?? [])])].map(shown),
    subscriptions: () => [],
    setFault({ fault, times, on }) {
      if (!faults.includes(fault)) {
        throw new ChannelRefusal(`${channel} knows no fault "${fault}", only ${faults.join(", ")}.`);
      }
      if (fault !== DROP_WEBHOOK) return api?.setFault({ fault, times, on: on ?? "fetch" });
      if (on !== undefined) throw new ChannelRefusal(`${DROP_WEBHOOK} is about webhooks: leave out "on".`);
      toDrop = times === 0 ? 0 : toDrop + times;
    },
    compose,
    deliver,
    async send(event) {
      const { orderId, webhooks } = compose(event);
      if (toDrop > 0) {
        toDrop -= 1;
        return { status: null, orderId };
      }
      const statuses: number[] = [];
      // In turn, as they are made: a channel's second notification may depend on the first.
      for (const webhook of webhooks) statuses.push(await deliver(webhook));
      return { status: Math.max(...statuses), orderId };
    },
  };
}
