import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import type { PartialOrder } from "../../partial-order.ts";
import { api } from "./api.ts";
import { orderResource } from "./order-resource.ts";
import { signedHeaders } from "./signed-headers.ts";

/** What a topic says of the order by itself. */
const IMPLIED: Readonly<Record<string, (at: string) => PartialOrder>> = {
  "orders/paid": () => ({ financialState: "paid" }),
  "orders/cancelled": (at) => ({ cancelledAt: at }),
  // In the shop's API a deleted order is then cancelled: our order has no other word for it.
  "orders/delete": (at) => ({ cancelledAt: at }),
  "orders/refunded": () => ({ financialState: "refunded" }),
  "orders/partially_refunded": () => ({ financialState: "partially-refunded" }),
};

/**
 * A Shoplazza shop: its webhooks, and its open API 2026-01. No list of all topics is public: these were seen.
 * https://www.shoplazza.dev/reference/webhook-copy
 */
export const simulator: ChannelSimulatorKind = {
  topics: [
    ...["orders/paid", "orders/create", "orders/update", "orders/cancelled", "orders/refunded"],
    ...["orders/partially_refunded", "orders/delete", "app/uninstalled"],
  ],
  shopOf: (connection) => `${connection}.myshoplaza.com`,
  newOrderId: () => `11218-${digits(8)}`,
  newLineId: () => `${digits(8)}-5e56-4c69-a2b6-${digits(6)}${digits(6)}`,
  topicOf: ({ cancelledAt, financialState }, known) => {
    if (cancelledAt !== undefined) return "orders/cancelled";
    if (known) return "orders/update";
    if (financialState === "partially-refunded") return "orders/partially_refunded";
    return financialState === "paid" ? "orders/paid" : "orders/create";
  },
  implied: (topic, at) => IMPLIED[topic]?.(at) ?? {},
  objection: ({ id, lines }) => {
    const wrong = [id, ...lines.map((line) => line.id)].find((one) => !/^[\w-]{1,64}$/.test(one));
    return wrong === undefined ? undefined : `Shoplazza's IDs are letters, digits and hyphens, and "${wrong}" is none.`;
  },
  webhooks(event) {
    const { topic, order, shop } = event;
    const body = JSON.stringify(bodyOf(topic, orderResource(order)));
    return [{ headers: signedHeaders(body, { ...event, shop }), body }];
  },
  fetched: { financialState: "partially-refunded", refunded: "1.00" },
  api,
};

/** Topics whose body is only known to have the ID: integrations read nothing else of it. */
const THIN = new Set(["orders/delete", "orders/refunded", "orders/partially_refunded"]);

function bodyOf(topic: string, resource: ReturnType<typeof orderResource>): object {
  if (topic === "app/uninstalled") return { id: "11218" };
  return THIN.has(topic) ? { id: resource.id } : resource;
}

const digits = (count: number): string =>
  randomInt(10 ** count)
    .toString()
    .padStart(count, "0");
