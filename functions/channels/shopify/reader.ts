import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import { header } from "./header.ts";
import { mapOrder } from "./map-order.ts";
import { RestOrder } from "./payload.ts";
import { privacyRequest, requireOwnShop } from "./privacy-request.ts";
import type { Settings } from "./settings.ts";

/** Topics whose body is the whole order. https://shopify.dev/docs/api/webhooks */
const WHOLE = new Set([
  "orders/create",
  "orders/paid",
  "orders/updated",
  "orders/cancelled",
  "orders/fulfilled",
  "orders/partially_fulfilled",
]);

/** Topics about an order that do not carry it: the path of the order's ID, and what each means to us. */
const ABOUT: Record<string, { at: string[]; change: "touched" | "cancelled" }> = {
  "orders/edited": { at: ["order_edit", "order_id"], change: "touched" },
  "orders/delete": { at: ["id"], change: "cancelled" },
  "refunds/create": { at: ["order_id"], change: "touched" },
  "order_transactions/create": { at: ["order_id"], change: "touched" },
  "orders/risk_assessment_changed": { at: ["order_id"], change: "touched" },
};

/**
 * Topics about a fulfilment order, which name it and not its order. They matter if the connection respects holds: else
 * nothing that is read of an order changes with them. https://shopify.dev/docs/api/webhooks
 */
const FULFILMENT_ORDER = new Set([
  "fulfillment_orders/placed_on_hold",
  "fulfillment_orders/hold_released",
  "fulfillment_orders/rescheduled",
  "fulfillment_orders/scheduled_fulfillment_order_ready",
]);

/**
 * Fields that bodies of other topics have. The signature covers the body and not the topic, so a holder of one signed
 * body can send it under any topic: a deletion must be one by its body too. Requests about privacy: privacy-request.ts.
 */
const RESOURCE = ["created_at", "updated_at", "line_items", "financial_status"];

export const reader: Reader<Settings> = {
  interpret({ headers, body }): Interpretation<Settings> {
    const topic = topicOf(headers);
    const shop = header(headers, "shop-domain")?.trim().toLowerCase();
    const eventTime = instant(header(headers, "triggered-at") ?? "");
    const about = { topic, eventTime, shop };
    const request = privacyRequest(topic, body);
    if (request) {
      const meaning: Interpretation<Settings>["meaning"] = ({ shop: own }) => {
        requireOwnShop(request.shop, own);
        return request.meaning;
      };
      return { ...about, meaning };
    }
    if (FULFILMENT_ORDER.has(topic)) {
      const meaning: Interpretation<Settings>["meaning"] = ({ settings }) =>
        respectsHolds(settings) ? { kind: "fetch", orderId: fulfilmentOrderIn(body) } : NOT_ABOUT_ORDERS;
      return { ...about, meaning };
    }
    if (!WHOLE.has(topic)) {
      const meaning = meaningOf(topic, headers, body);
      return { ...about, meaning: () => meaning };
    }
    const json = readJson(body);
    const delivery = { topic, shop, test: header(headers, "test") === "true", triggeredAt: eventTime };
    const order = namedOrder(json);
    return {
      ...about,
      order,
      meaning({ settings }) {
        const fetch: Meaning | undefined = order && { kind: "fetch", orderId: order.id };
        // No webhook of an order says whether its fulfilment is on hold.
        if (fetch && respectsHolds(settings)) return fetch;
        if (fetch && settings.api !== "none" && isPart(json)) return fetch;
        return { kind: "order", order: mapOrder(restOrder(json), delivery, settings) };
      },
    };
  },
};

function topicOf(headers: Record<string, string>): string {
  const topic = header(headers, "topic")?.trim().toLowerCase();
  const field = "headers.shopify-topic";
  if (!topic) throw new MalformedEvent({ field, problem: "is missing" });
  // API Gateway joins repeated headers: only the operator can say which topic was meant.
  if (topic.includes(",")) throw new MalformedEvent({ field, problem: "names several topics" });
  return topic;
}

/** Of a topic that does not carry an order. */
function meaningOf(topic: string, headers: Record<string, string>, body: Uint8Array): Meaning {
  const about = Object.hasOwn(ABOUT, topic) ? ABOUT[topic] : undefined;
  if (about) {
    const json = readJson(body);
    if (topic === "orders/delete") refuseFields(json, RESOURCE);
    // The header is not signed: it may name an order whose trace says that something was reported, and no more.
    const named = about.change === "touched" ? orderOfResource(header(headers, "resource-id")) : undefined;
    const orderId = idAt(json, about.at) ?? named;
    if (orderId) return { kind: "change", orderId, change: about.change };
    // The official samples of this one topic come with and without an order.
    if (topic === "orders/risk_assessment_changed") return { kind: "ignored", reason: "names no order" };
    throw new MalformedEvent({ field: about.at.join("."), problem: "is missing or wrong" });
  }
  switch (topic) {
    case "app/uninstalled":
      return { kind: "lifecycle", event: "uninstalled" };
    case "order":
      // The developer preview "Events" sends what its subscription's query asks for, not the order resource.
      throw new MalformedEvent({
        field: "headers.shopify-topic",
        problem: "is one of Shopify Events: subscribe to the webhook topics orders/… instead",
      });
    default:
      return NOT_ABOUT_ORDERS;
  }
}

const NOT_ABOUT_ORDERS: Meaning = { kind: "ignored", reason: "a topic that is not about orders" };

const respectsHolds = ({ api, holds }: Settings): boolean => api !== "none" && holds === "respected";

const Part = z.partial(RestOrder);

/** Whether the subscription's `include_fields` left out the lines. @throws MalformedEvent if what is there is wrong */
function isPart(json: unknown): boolean {
  if (typeof json !== "object" || json === null || Object.hasOwn(json, "line_items")) return false;
  const parsed = z.safeParse(Part, json);
  if (parsed.success) return true;
  throw malformed(parsed.error);
}

const FulfilmentOrder = z.object({
  fulfillment_order: z.object({ id: z.string().check(z.regex(/^gid:\/\/shopify\/FulfillmentOrder\/\d+$/)) }),
});

/** `gid://shopify/FulfillmentOrder/1`, by which the API finds the order. @throws MalformedEvent */
function fulfilmentOrderIn(body: Uint8Array): string {
  const parsed = z.safeParse(FulfilmentOrder, readJson(body));
  if (parsed.success) return parsed.data.fulfillment_order.id;
  throw malformed(parsed.error);
}

/** @throws MalformedEvent if the body has one of the fields, which bodies of this topic do not have */
function refuseFields(json: unknown, fields: readonly string[]): void {
  const field = fields.find((name) => typeof json === "object" && json !== null && Object.hasOwn(json, name));
  if (field) throw new MalformedEvent({ field, problem: "is of another topic's body, and the topic is not signed" });
}

/** A subscription with include_fields does not carry the whole order: docs/channels/shopify.md. */
function restOrder(json: unknown): RestOrder {
  const parsed = z.safeParse(RestOrder, json);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error);
}

/** What can be read of an order whose rest cannot. */
function namedOrder(json: unknown): Interpretation["order"] {
  const id = idAt(json, ["id"]);
  const { updated_at: time } = z.safeParse(z.object({ updated_at: z.string() }), json).data ?? {};
  return id === undefined ? undefined : { id, changedAt: instant(time ?? "") };
}

function idAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  const id = z.safeParse(Id, at);
  return id.success ? id.data : undefined;
}

/** `gid://shopify/Order/820982911946154508` */
const orderOfResource = (gid: string | undefined): string | undefined =>
  /^gid:\/\/shopify\/Order\/(\d+)$/.exec(gid ?? "")?.[1];
