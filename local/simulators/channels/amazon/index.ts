import { randomInt } from "node:crypto";
import type { ChannelSimulatorKind } from "../../channel-simulator.ts";
import { api } from "./api.ts";
import { CHANGES, notificationOf } from "./notification.ts";

const digits = (count: number): string =>
  String(randomInt(10 ** 9))
    .padStart(count, "7")
    .slice(0, count);

/**
 * The Selling Partner API's notifications ORDER_CHANGE, its Orders API 2026-01-01 and Login with Amazon.
 * https://developer-docs.amazon.com/sp-api/docs/notifications-api-v1-use-case-guide
 */
export const simulator: ChannelSimulatorKind = {
  topics: CHANGES,
  shopOf: (connection) => `A${connection.replace(/[^a-z0-9]/gi, "").toUpperCase()}`,
  newOrderId: () => `112-${digits(7)}-${digits(7)}`,
  newLineId: (position) => `${digits(9)}${String(position).padStart(5, "0")}`,
  topicOf: () => "OrderStatusChange",
  objection({ id, lines, shipping }) {
    if (!/^[A-Z\d]{3}-\d{7}-\d{7}$/.test(id)) return `Amazon's orders have IDs like 112-1234567-1234567, not "${id}".`;
    if (new Set(lines.map(({ fulfilledBy }) => fulfilledBy)).size > 1) {
      return "An order of Amazon is shipped by the merchant or by Amazon, not line by line.";
    }
    const { kind = "ship" } = shipping ?? {};
    return kind === "ship" || kind === "pick-up" ? undefined : `Amazon has no order of the kind "${kind}".`;
  },
  webhooks: (event) => [{ headers: {}, body: notificationOf(event) }],
  api,
};
