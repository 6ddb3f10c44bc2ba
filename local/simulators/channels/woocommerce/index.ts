import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { idNumber } from "./fields.ts";
import { orderResource, shown } from "./order-resource.ts";
import { signedHeaders } from "./signed-headers.ts";

/**
 * A WordPress shop with WooCommerce 10: its webhooks (version "WP REST API Integration v3") and its REST API wc/v3.
 * https://woocommerce.github.io/woocommerce-rest-api-docs/
 */
export const simulator: ChannelSimulatorKind = {
  topics: ["order.updated", "order.created", "order.restored", "order.deleted"],
  shopOf: (connection) => `${connection}.woocommerce.example`,
  newOrderId: newId,
  newLineId: newId,
  topicOf: (_order, known) => (known ? "order.updated" : "order.created"),
  // In the shop's API a deleted order is then cancelled: our order has no bin.
  implied: (topic, at) => (topic === "order.deleted" ? { cancelledAt: at } : {}),
  objection({ id, buyer, lines, financialState }) {
    const ids = [id, buyer?.id, ...lines.flatMap((line) => [line.id, line.productId, line.variantId])];
    const wrong = ids.find((one) => one !== undefined && !/^[1-9]\d{0,18}$/.test(one));
    if (wrong !== undefined) return `WooCommerce's IDs are numbers of up to 19 digits, and "${wrong}" is none.`;
    return financialState === "partially-paid" ? "WooCommerce has no partly paid orders." : undefined;
  },
  webhooks(event) {
    const { topic, order, shop } = event;
    const deleted = { id: idNumber(order.id) };
    const body = JSON.stringify(topic === "order.deleted" ? deleted : shown(orderResource(order, shop)));
    return [{ headers: signedHeaders(body, event), body }];
  },
  fetched: { financialState: "partially-refunded", refunded: "1.00" },
  api,
};

/** Shops count up; a number of its own for each order keeps test runs apart. */
function newId(): string {
  return String(randomInt(1_000_000_000, 100_000_000_000));
}
