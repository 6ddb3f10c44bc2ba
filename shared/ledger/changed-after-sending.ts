import type { Identity } from "../identity.ts";
import { type Line, linesToShip, type Order, progressOf, quantityToShip } from "../order.ts";
import type { ShippingKind } from "../shipping-kind.ts";
import { addressDigest } from "./address-digest.ts";
import type { Delivery, DeliveryState } from "./delivery.ts";
import type { Ticket } from "./ticket.ts";

/** What was claimed is at the provider, or may be. In any other state it is sent again as the order is then. */
const SENT: ReadonlySet<DeliveryState> = new Set(["sending", "in-doubt", "created", "done-by-hand"]);
/** Longest list of differences in one sentence, and longest SKU. */
const MOST_NAMED = 5;
const LONGEST_SKU = 60;

/**
 * Tickets for each delivery whose order has other lines, or another address, than its claim stored: the provider ships
 * what was sent. Judged against the claim, never against an earlier body, so a new mapping raises nothing.
 * @param order as the stage's settings read it @param deliveries of the order's current generation @param now epoch ms
 */
export function changedAfterSending(
  identity: Identity,
  order: Order,
  deliveries: readonly Delivery[],
  now: number,
): Ticket[] {
  // A cancellation that comes too late has a ticket of its own.
  if (progressOf(order) === "cancelled") return [];
  return deliveries
    .filter(({ state }) => SENT.has(state))
    .flatMap((delivery) => [...editOf(order, delivery, now), ...newAddressOf(identity, order, delivery, now)]);
}

function editOf(order: Order, delivery: Delivery, now: number): Ticket[] {
  const differences = [...additions(order, delivery), ...removals(order, delivery)];
  if (differences.length === 0) return [];
  const { destination } = delivery;
  const more = differences.length - MOST_NAMED;
  const named = differences.slice(0, MOST_NAMED).join("; ");
  const text = `edited after it was ${sentTo(delivery)}: ${named}${more > 0 ? `; and ${more} more` : ""}`;
  return [{ at: timeOf(now), kind: "edited-after-sending", destination, text, about: differences }];
}

/** An order without an address says nothing of a new one, unless its buyer gets it in another way now. */
function newAddressOf(identity: Identity, order: Order, delivery: Delivery, now: number): Ticket[] {
  const { shippingAddress, shipping, fulfilmentState } = order;
  const { destination, addressDigest: sent } = delivery;
  const instead = INSTEAD_OF_PARCEL[shipping?.kind ?? "ship"];
  if (sent === undefined) return [];
  if (shippingAddress === null && (instead === undefined || fulfilmentState === "fulfilled")) return [];
  const digest = addressDigest(identity, shippingAddress);
  if (digest === sent) return [];
  const change = shippingAddress === null ? `removed (${instead})` : "changed";
  const text = `its shipping address was ${change} after it was ${sentTo(delivery)}`;
  return [{ at: timeOf(now), kind: "address-changed-after-sending", destination, text, about: [digest] }];
}

const INSTEAD_OF_PARCEL: Partial<Record<ShippingKind, string>> = {
  "pick-up": "the buyer picks it up",
  local: "the shop delivers it itself",
};

const timeOf = (now: number) => new Date(now).toISOString();

const sentTo = ({ state, destination }: Delivery): string =>
  `${state === "sending" || state === "in-doubt" ? "perhaps " : ""}sent to ${destination}`;

const pieces = (count: number): string => `${count} ${count === 1 ? "piece" : "pieces"}`;
const nameOf = ({ id, sku }: Pick<Line, "id" | "sku">): string =>
  sku === "" ? `line ${id} (no SKU)` : `line ${id} (SKU ${sku.slice(0, LONGEST_SKU)})`;

/** Lines, or pieces of them, that are to be shipped and that the claim does not have. */
function additions(order: Order, { lines = [] }: Delivery): string[] {
  const sent = new Map(lines.map((line) => [line.id, line]));
  return linesToShip(order).flatMap((line) => {
    const known = sent.get(line.id);
    const wanted = quantityToShip(line);
    if (!known) return [`${nameOf(line)} was added, ${pieces(wanted)}`];
    if (known.sku !== line.sku) return [`${nameOf(known)} became SKU ${line.sku.slice(0, LONGEST_SKU)}`];
    const { pieces: before } = known;
    return before !== undefined && wanted > before ? [`${nameOf(line)} has ${pieces(wanted)}, ${before} sent`] : [];
  });
}

/** Lines, or pieces of them, that the claim has, and that are neither to be shipped nor shipped. */
function removals(order: Order, { lines = [] }: Delivery): string[] {
  const now = new Map(order.lines.map((line) => [line.id, line]));
  return lines.flatMap((sent) => {
    const line = now.get(sent.id);
    // What is shipped is not to be shipped any more: only a channel that says how many were shipped can be judged then.
    const isBegun = order.fulfilmentState === "partial" || order.fulfilmentState === "fulfilled";
    const { pieces: before = 0 } = sent;
    if (line?.fulfilled === undefined && isBegun) return [];
    const left = line ? quantityToShip({ ...line, ships: true, fulfilledBy: undefined }) + (line.fulfilled ?? 0) : 0;
    if (left >= before) return [];
    return [left === 0 ? `${nameOf(sent)} was removed` : `${nameOf(sent)} has ${pieces(left)}, ${before} sent`];
  });
}
