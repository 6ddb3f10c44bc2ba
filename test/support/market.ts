import * as z from "zod/mini";
import { type Channel, type ChannelClient, defineChannel, type Meaning } from "../../functions/channels/channel.ts";
import { MalformedEvent, Misconfigured } from "../../shared/errors.ts";
import type { Order } from "../../shared/order.ts";

const Notification = z.object({
  shop: z.string(),
  topic: z.string(),
  orderId: z.optional(z.string()),
  order: z.optional(z.unknown()),
  buyerId: z.optional(z.string()),
  time: z.optional(z.string()),
});
/** A notification of the Market: the shop, the event and the order. */
export type Notification = z.input<typeof Notification>;

/**
 * The Market: a channel like most marketplaces. One app endpoint serves all shops, a webhook names the order and does
 * not carry it, and each shop has its own token for the API.
 * @param covers what its signature covers
 */
export const market = (
  covers: "body" | "event-id" | "nothing" = "nothing",
  changes: Partial<Channel> = {},
): Channel => ({
  ...defineChannel({
    name: "market",
    title: "Market",
    endpoint: "app",
    secret: z.object({ clientSecret: z.string() }),
    settings: z.object({}),
    credentials: z.object({ refreshToken: z.string() }),
    hosts: ["api.market.example"],
    verification: { covers, verify: () => "authentic" },
    reader: async () => ({
      interpret({ body }) {
        const { shop, topic, time, ...about } = parse(body);
        return { shop, topic, eventTime: time, meaning: () => meaningOf(topic, about) };
      },
    }),
    api: async () => ({
      open: () => {
        throw new Misconfigured("the test opens it");
      },
    }),
  }),
  ...changes,
});

function parse(body: Uint8Array): z.output<typeof Notification> {
  const parsed = z.safeParse(Notification, JSON.parse(Buffer.from(body).toString()));
  if (parsed.success) return parsed.data;
  throw new MalformedEvent({ field: String(parsed.error.issues[0]?.path.join(".")), problem: "is missing or wrong" });
}

function meaningOf(topic: string, about: Pick<Notification, "orderId" | "order" | "buyerId">): Meaning {
  const { orderId = "", order, buyerId = "" } = about;
  switch (topic) {
    case "order.changed":
      return { kind: "fetch", orderId };
    case "order.whole":
      return { kind: "order", order: order as Order };
    case "order.deleted":
      return { kind: "change", orderId, change: "cancelled" };
    case "order.note":
      return { kind: "change", orderId, change: "touched" };
    case "orders.erase":
      return { kind: "erase", subject: { orderIds: [orderId] } };
    case "buyer.erase":
      return { kind: "erase", subject: { buyerId } };
    case "app.uninstalled":
      return { kind: "lifecycle", event: "uninstalled" };
    default:
      return { kind: "ignored", reason: "a topic that is not about orders" };
  }
}

/** The Market's API of one shop, in memory. */
export class MarketApi {
  readonly orders = new Map<string, Order>();
  /** Errors of the next calls, one for each. */
  readonly failures: unknown[] = [];
  /** If set, every call fails with it. */
  down: unknown;
  calls = 0;
  /** Called in each call, before the answer. */
  during: () => Promise<void> = async () => {};

  readonly client: ChannelClient = {
    order: async (id) => {
      await this.answer();
      const order = this.orders.get(id);
      return order ? { order } : "gone";
    },
    check: () => this.answer(),
  };

  private async answer(): Promise<void> {
    this.calls += 1;
    await this.during();
    const failure = this.down ?? this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
