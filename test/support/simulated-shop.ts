import type { ChangedOrder, ChannelClient } from "../../functions/channels/channel.ts";
import type { HostedApi } from "../../local/simulators/channel-api.ts";
import type { ChannelSimulatorKind } from "../../local/simulators/channel-simulator.ts";
import { completeOrder } from "../../local/simulators/demo-order.ts";
import type { PartialOrder } from "../../local/simulators/partial-order.ts";
import type { Order } from "../../shared/order.ts";

/** What a test does to a simulated shop, and asks the connector's client of it. */
export interface SimulatedShop {
  /** Stores an order as `POST …/send` does. @returns it, completed */
  put(part: PartialOrder): Order;
  /** Changes what the API shows of an order, as `PUT …/orders/{id}` does. */
  change(id: string, changes: object): void;
  /** The order as the connector maps what the API has. */
  fetched(id: string): Promise<Order>;
  /** Orders that changed since a time, epoch ms. @param onEach called between two of them */
  changed(since: number, onEach?: (one: ChangedOrder) => void): Promise<ChangedOrder[]>;
}

interface Parts {
  simulator: Pick<ChannelSimulatorKind, "newOrderId" | "newLineId" | "api">;
  hosted: HostedApi;
  client: ChannelClient;
  /** The shop's ID at the channel. */
  shop: string;
  /** Epoch ms. */
  now: () => number;
}

export const simulatedShop = ({ simulator, hosted, client, shop, now }: Parts): SimulatedShop => ({
  put(part) {
    const { newOrderId: newId, newLineId } = simulator;
    const order = completeOrder(part, { newId, newLineId, newNumber: () => "7", known: undefined, now: now() });
    hosted.put(order.id, JSON.stringify(simulator.api?.resource(order, shop)));
    return order;
  },
  change(id, changes) {
    hosted.put(id, JSON.stringify({ ...JSON.parse(hosted.book.orders.get(id) ?? "{}"), ...changes }));
  },
  async fetched(id) {
    const answer = await client.order(id);
    if (answer === "gone") throw new Error(`The API has no order ${id}.`);
    return answer.order;
  },
  async changed(since, onEach = () => {}) {
    const found: ChangedOrder[] = [];
    for await (const one of client.changedSince?.(new Date(since).toISOString()) ?? []) {
      found.push(one);
      onEach(one);
    }
    return found;
  },
});
