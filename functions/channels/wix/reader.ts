import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { ConnectionFacts, Interpretation, Meaning, Reader } from "../channel.ts";
import { linesToLookUp } from "./lines-to-look-up.ts";
import { isPartlyShipped, mapOrder } from "./map-order.ts";
import { WixOrder } from "./payload.ts";
import { DomainEvent, PAYLOAD, parsed, readEvent } from "./read-event.ts";
import type { Settings } from "./settings.ts";

const ORDER = "wix.ecom.v1.order";
/** They name the order: its parcels, its payments and refunds. */
const OF_AN_ORDER = new Set(["wix.ecom.v1.fulfillments", "wix.ecom.v1.order_transactions"]);
const CONTACT = "wix.contacts.v4.contact";

/** https://dev.wix.com/docs/rest/app-management/app-instance/instance-app-removed */
const REMOVED = "AppRemoved";

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const { eventType, instanceId, payload } = readEvent(body);
    const about = { topic: eventType, shop: instanceId };
    if (eventType === REMOVED) return { ...about, meaning: () => ({ kind: "lifecycle", event: "uninstalled" }) };
    if (typeof payload !== "object" || payload === null || !Object.hasOwn(payload, "entityFqdn")) {
      return { ...about, meaning: () => ignored("an event that is not about orders") };
    }
    const event = parsed(DomainEvent, payload, PAYLOAD);
    const dated = { ...about, eventTime: instant(event.eventTime ?? "") };
    return event.entityFqdn === ORDER ? { ...dated, ...ofOrder(event) } : { ...dated, meaning: () => meaningOf(event) };
  },
};

const ignored = (reason: string): Meaning => ({ kind: "ignored", reason });

type Reading = Pick<Interpretation<Settings>, "order" | "meaning">;

function ofOrder(event: DomainEvent): Reading {
  const id = idOf(event.entityId, "entityId");
  // Whatever else it says: the fields of the buyer that it carries are empty.
  if (event.triggeredByAnonymizeRequest === true) {
    return { meaning: () => ({ kind: "erase", subject: { orderIds: [id] } }) };
  }
  if (event.deletedEvent) return { meaning: () => ({ kind: "change", orderId: id, change: "cancelled" }) };
  const carried = orderIn(event);
  if (!carried) return { meaning: () => ({ kind: "fetch", orderId: id }) };
  const { path, value } = carried;
  if (idOf(parsed(Named, value, path).id, `${path.join(".")}.id`) !== id) {
    throw new MalformedEvent({ field: `${path.join(".")}.id`, problem: "is not the event's entityId" });
  }
  const changedAt = instant(z.safeParse(Dated, value).data?.updatedDate ?? "");
  return {
    order: { id, changedAt },
    meaning: (connection) => meaningOfOrder(parsed(WixOrder, value, path), connection),
  };
}

const Named = z.object({ id: z.string() });
const Dated = z.object({ updatedDate: z.string() });

/** The order as it is after the event, with its place in the event. */
function orderIn({ createdEvent, updatedEvent, actionEvent }: DomainEvent) {
  const places: [value: unknown, ...path: string[]][] = [
    [createdEvent?.["entity"], "createdEvent", "entity"],
    [updatedEvent?.["currentEntity"], "updatedEvent", "currentEntity"],
    [fieldOf(actionEvent?.["body"], "order"), "actionEvent", "body", "order"],
  ];
  const [value, ...path] = places.find(([one]) => typeof one === "object" && one !== null) ?? [];
  return value === undefined ? undefined : { value, path: [...PAYLOAD, ...path] };
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, field) ? Reflect.get(value, field) : undefined;

/** What an order does not say by itself is fetched: which lines were shipped, and SKUs that only the catalogue has. */
function meaningOfOrder(order: WixOrder, { shop, settings }: ConnectionFacts<Settings>): Meaning {
  const isWhole = !isPartlyShipped(order) && linesToLookUp(order, settings).length === 0;
  return isWhole ? { kind: "order", order: mapOrder({ order }, shop, settings) } : { kind: "fetch", orderId: order.id };
}

function meaningOf(event: DomainEvent): Meaning {
  const { entityFqdn = "", entityId } = event;
  if (OF_AN_ORDER.has(entityFqdn)) return { kind: "fetch", orderId: orderNamedBy(event) };
  if (entityFqdn !== CONTACT) return ignored("an event that is not about orders");
  return event.triggeredByAnonymizeRequest === true
    ? { kind: "erase", subject: { buyerId: idOf(entityId, "entityId") } }
    : ignored("an entry of the site's contacts; Wix keeps its orders");
}

/** `orderId` of what the event carries; the entity itself is the order's list of them, or one of them. */
function orderNamedBy({ entityId, createdEvent, updatedEvent, actionEvent }: DomainEvent): string {
  const body = actionEvent?.["body"];
  const carried = [createdEvent?.["entity"], updatedEvent?.["currentEntity"], body];
  const nested = [fieldOf(body, "orderTransactions"), fieldOf(body, "orderWithFulfillments")];
  const named = [...carried, ...nested].map((one) => fieldOf(one, "orderId")).find((id) => id !== undefined);
  return named === undefined ? idOf(entityId, "entityId") : idOf(named, "orderId");
}

/** It becomes a part of the address that is called. */
function idOf(id: unknown, field: string): string {
  if (typeof id === "string" && /^[\w-]{1,100}$/.test(id)) return id;
  const path = field.startsWith("data.") ? field : [...PAYLOAD, field].join(".");
  throw new MalformedEvent({ field: path, problem: "is not an ID of Wix" });
}
