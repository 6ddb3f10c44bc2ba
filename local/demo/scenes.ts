import type { ChannelSimulator, OutgoingWebhook } from "../simulators/channel-simulator.ts";
import type { PartialOrder } from "../simulators/partial-order.ts";
import type { LocalStack } from "../stack.ts";

/** Something that happens in the shop, and the order that it is about. */
export interface Scene {
  title: string;
  /** What it shows. */
  expect: string;
  /** `shopify/demo` */
  connection: string;
  /** @returns the order's ID, and the answers that the sender got */
  play(): Promise<Played>;
}

export interface Played {
  orderId: string;
  /** One for each webhook. */
  statuses: number[];
}

const LATER = "2026-11-20T15:00:05Z";
const PAID_AT = "2026-11-20T15:00:00Z";
const EARLIER = "2026-11-20T14:00:00Z";

/**
 * All scenes play at one connection, whose webhooks carry the whole order: an old event of a thin channel is only a reason
 * to fetch. The others only show that their orders arrive too.
 */
export function scenes(stack: LocalStack): Scene[] {
  const { connections } = stack.channels;
  const first = connections.find((connection) => connection.startsWith("shopify/")) ?? connections[0] ?? "";
  const others = connections.filter((connection) => connection !== first);
  const shop = shopOf(stack, first);
  const at = (title: string, expect: string, play: () => Promise<Played>): Scene => ({
    title,
    expect,
    connection: first,
    play,
  });
  /** Sends events of one order, one after the other. */
  const inTurn = async (...orders: PartialOrder[]): Promise<Played> => {
    const { id: _unnamed, ...newOrder } = orders[0] ?? {};
    const { orderId, status } = await shop.send({ order: newOrder });
    const statuses = [status ?? 0];
    for (const order of orders.slice(1)) {
      statuses.push((await shop.send({ order: { ...order, id: orderId } })).status ?? 0);
    }
    return { orderId, statuses };
  };
  const withFault = (fault: string) => () => {
    for (const provider of stack.sandbox.providers) stack.sandbox.setFault(provider, fault, 1);
    return inTurn({});
  };

  return [
    at("An order, created and then paid", "one order at each provider", () =>
      inTurn({ financialState: "pending", updatedAt: PAID_AT }, { financialState: "paid", updatedAt: LATER }),
    ),
    at("Paid, delivered five times at once", "the same webhook, still one order", () =>
      delivered(shop, (webhook) => Array.from({ length: 5 }, () => webhook)),
    ),
    at("A forgery", "401, nothing recorded", () =>
      delivered(shop, (webhook) => [{ ...webhook, body: `${webhook.body} ` }]),
    ),
    at("Paid, then an older update arrives late", "the older update changes nothing", () =>
      inTurn({ updatedAt: PAID_AT }, { financialState: "pending", updatedAt: EARLIER }),
    ),
    at("Not paid yet", "held until it is", () => inTurn({ financialState: "pending" })),
    at("Already fulfilled in the shop", "recorded, not sent", () => inTurn({ fulfilmentState: "fulfilled" })),
    ...others.map((connection) => ({
      title: `A paid order of ${connection}`,
      expect: "one order at each provider",
      connection,
      play: async () => {
        const { orderId, status } = await shopOf(stack, connection).send({});
        return { orderId, statuses: [status ?? 0] };
      },
    })),
    at("Providers create it and do not answer", "looked up, not created again", withFault("timeout-after-create")),
    at("Providers fail with 500 before creating", "looked up, then created", withFault("error-500")),
    at("Providers reject it", "in the DLQ, with the reason", withFault("reject")),
  ];
}

function shopOf(stack: LocalStack, connection: string): ChannelSimulator {
  const [channel = "", name = ""] = connection.split("/");
  const shop = stack.channels.find(channel, name);
  if (!shop) throw new Error(`The stage ${stack.stage} has no connection to send from.`);
  return shop;
}

/** Delivers the webhooks of a new order, with the scene's changes. */
async function delivered(
  shop: ChannelSimulator,
  change: (webhook: OutgoingWebhook) => OutgoingWebhook[],
): Promise<Played> {
  const { orderId, webhooks } = shop.compose({});
  const statuses = await Promise.all(webhooks.flatMap(change).map((webhook) => shop.deliver(webhook)));
  return { orderId, statuses };
}
