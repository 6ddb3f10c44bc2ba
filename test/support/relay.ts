import * as z from "zod/mini";
import type { Channel, Interpretation, Meaning } from "../../functions/channels/channel.ts";
import type { Client } from "../../functions/providers/provider.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Trace } from "../../shared/ledger/trace.ts";
import { Order } from "../../shared/order.ts";
import type { Config, Destination } from "../../shared/stage/config.ts";
import type { TestLedger } from "./ledger-table.ts";
import { Killed, Parcelworks } from "./parcelworks.ts";
import { ProviderRelay } from "./provider-relay.ts";

/** A channel whose event bodies are readings in JSON. */
export const plain: Channel = {
  name: "plain",
  title: "Plain",
  endpoint: "connection",
  secret: z.object({}),
  settings: z.object({}),
  hosts: [],
  verification: { covers: "body", verify: () => "authentic" },
  reader: async () => ({
    interpret: ({ body }) => {
      const { topic, eventTime, shop, ...meaning } = JSON.parse(Buffer.from(body).toString()) as Interpretation &
        Meaning;
      return {
        ...{ topic, eventTime, shop },
        meaning: () => (meaning.kind === "order" ? { ...meaning, order: z.parse(Order, meaning.order) } : meaning),
      };
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

/** route-order and create-order around one invented provider; the test decides the fate of each create. */
export class Relay extends ProviderRelay {
  clock = Date.parse("2026-11-01T12:00:00.000Z");
  readonly parcelworks = new Parcelworks(this.now);
  protected readonly channel = plain;
  protected readonly provider = this.parcelworks.provider;

  constructor(started: Pick<TestLedger, "ledger">, config: Partial<z.input<typeof Config>> = {}) {
    super(started.ledger, {
      stage: "test",
      connections: [{ channel: "plain", name: "main", key: "pm", since: "2026-01-01T00:00:00Z" }],
      destinations: [{ provider: "parcelworks", name: "demo" }],
      routes: [{ from: ["plain/main"], to: ["parcelworks/demo"] }],
      ...config,
    });
  }

  protected async open(_deadline: number, _destination: Destination): Promise<Client> {
    return this.parcelworks.client;
  }

  /** A killed function writes nothing after that. */
  protected override ledgerOfAttempt(): Ledger {
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

  async ordered(changes: Record<string, unknown> = {}) {
    return this.arrives({ order: sampleOrder(changes) });
  }

  override trace(orderId = sampleOrder().id): Promise<Trace> {
    return super.trace(orderId);
  }
}
