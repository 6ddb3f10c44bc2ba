import { isCashOnDelivery, linesToShip, type Order, oversize, progressOf } from "../order.ts";
import type { OrderState } from "../order-state.ts";
import type { ShippingKind } from "../shipping-kind.ts";
import { asConfigured } from "../stage/as-configured.ts";
import { type Config, type Connection, pathOf } from "../stage/config.ts";

/**
 * What the routes decide for an order as it is now. `destinations`: where it has to be sent. `isUnusual`: it is not
 * sent, for a reason that the merchant would want to hear of.
 */
export interface Decision {
  state: OrderState;
  reason?: string;
  destinations: string[];
  isUnusual?: true;
}

/**
 * @param firstSeenAt when its first event came, epoch ms: an order that we have known since it was placed is never too
 * old, however late it is paid
 */
export function decide(
  config: Pick<Config, "routes">,
  connection: Connection,
  mapped: Order,
  firstSeenAt: number,
): Decision {
  const order = asConfigured(mapped, connection);
  const progress = progressOf(order);
  if (progress === "cancelled") return { state: "cancelled", reason: cancelReason(order), destinations: [] };

  const whyNot = notRouted(connection, order, firstSeenAt);
  if (whyNot) return { state: "not-routed", reason: whyNot, destinations: [] };

  const path = pathOf(connection);
  const routes = config.routes.filter(({ from }) => from.includes(path));
  if (routes.length === 0)
    return { state: "unrouted", reason: `no route from ${path}`, destinations: [], isUnusual: true };

  const wanted = order.test ? routes.filter(({ test }) => test) : routes;
  if (wanted.length === 0)
    return { state: "not-routed", reason: "a test order; no route asks for tests", destinations: [] };

  if (order.lines.length === 0) {
    return { state: "held", reason: order.hold?.reason ?? "it has no lines", destinations: [], isUnusual: true };
  }
  if (order.hold) return { state: "held", reason: order.hold.reason, destinations: [] };
  const isDue = { placed: true, paid: progress === "paid", ready: progress === "paid" || isCashOnDelivery(order) };
  const due = wanted.filter(({ when }) => isDue[when]);
  if (due.length === 0) return { state: "held", reason: "not paid yet", destinations: [] };
  return { state: "recorded", destinations: [...new Set(due.flatMap(({ to }) => to))] };
}

const cancelReason = ({ cancelledAt, financialState }: Order) =>
  cancelledAt ? "cancelled at the channel" : `${financialState} at the channel`;

/** The normal reasons (design.md, "Not routed"). */
function notRouted({ since, maxOrderAge }: Connection, order: Order, firstSeenAt: number): string | undefined {
  const placed = Date.parse(order.placedAt);
  if (since !== undefined && placed < Date.parse(since)) return `placed before the connection's since (${since})`;
  if (maxOrderAge !== "none" && firstSeenAt - placed > maxOrderAge) {
    return `older than the connection's maxOrderAge (${Math.round(maxOrderAge / 86_400_000)} days)`;
  }
  if (order.fulfilmentState === "fulfilled") return "already fulfilled at the channel";
  const kind = order.shipping?.kind ?? "ship";
  if (kind !== "ship") return NOT_SHIPPED[kind];
  const lines = linesToShip(order);
  // An order without lines is not complete yet, and held.
  return lines.length === 0 && order.lines.length > 0 ? nothingToShip(order) : oversize(lines);
}

const NOT_SHIPPED: Record<Exclude<ShippingKind, "ship">, string> = {
  "pick-up": "the buyer picks it up",
  local: "the shop delivers it itself",
  digital: "nothing of it travels",
};

function nothingToShip({ lines }: Order): string {
  const services = new Set(lines.flatMap(({ fulfilledBy }) => fulfilledBy ?? []));
  return services.size > 0
    ? `no line left to ship; others are fulfilled by ${[...services].join(", ")}`
    : "no line left to ship";
}
