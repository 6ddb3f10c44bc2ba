import * as z from "zod/mini";
import { MalformedEvent } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { ReceivedEvent } from "../../../shared/messages/event.ts";
import type { Connection } from "../../../shared/stage/config.ts";
import type { Reading } from "../channel.ts";
import { instant } from "./attributes.ts";
import { header } from "./headers.ts";
import { type Delivery, mapOrder } from "./map-order.ts";
import { RestOrder } from "./rest-order.ts";
import { Settings } from "./settings.ts";

/** Topics whose body is the whole order. https://shopify.dev/docs/api/webhooks */
const WHOLE = new Set([
  "orders/create",
  "orders/paid",
  "orders/updated",
  "orders/cancelled",
  "orders/fulfilled",
  "orders/partially_fulfilled",
]);

/** Topics about an order without carrying it: where each keeps the order's ID, and what it means to us. */
const ABOUT: Record<string, { at: string[]; change: "touched" | "cancelled" }> = {
  "orders/edited": { at: ["order_edit", "order_id"], change: "touched" },
  "orders/delete": { at: ["id"], change: "cancelled" },
  "refunds/create": { at: ["order_id"], change: "touched" },
  "order_transactions/create": { at: ["order_id"], change: "touched" },
  "orders/risk_assessment_changed": { at: ["order_id"], change: "touched" },
};

/** Every app must take these. https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
const PRIVACY = new Set(["customers/data_request", "customers/redact", "shop/redact"]);

const Id = z.union([z.string().check(z.minLength(1)), z.number()]);

/** @throws MalformedEvent */
export function readEvent({ headers, body }: ReceivedEvent, connection: Connection): Reading {
  const topic = header(headers, "topic")?.trim().toLowerCase();
  if (!topic) throw new MalformedEvent("A Shopify delivery without a topic header");
  // API Gateway joins doubled headers: which of them was meant is for a person to say.
  if (topic.includes(",")) throw new MalformedEvent("A Shopify delivery with several topics");
  const shop = header(headers, "shop-domain")?.trim().toLowerCase();
  const eventTime = instant(header(headers, "triggered-at") ?? "");
  const about = { topic, ...(eventTime && { eventTime }) };

  if (connection.shop && shop && connection.shop.toLowerCase() !== shop) {
    return { ...about, kind: "ignored", reason: "of another shop than this connection's" };
  }
  if (PRIVACY.has(topic))
    return { ...about, kind: "ignored", reason: "a privacy request: see docs/channels/shopify.md" };

  if (WHOLE.has(topic)) {
    const delivery: Delivery = { topic, shop, test: header(headers, "test") === "true", triggeredAt: eventTime };
    return { ...about, kind: "order", order: mapOrder(restOrder(body), delivery, settingsOf(connection)) };
  }

  const change = Object.hasOwn(ABOUT, topic) ? ABOUT[topic] : undefined;
  if (change) {
    const orderId = idAt(json(body), change.at) ?? orderOfResource(header(headers, "resource-id"));
    if (orderId) return { ...about, kind: "change", orderId, change: change.change };
    // The official samples of this one topic come with and without an order.
    if (topic === "orders/risk_assessment_changed") return { ...about, kind: "ignored", reason: "names no order" };
    throw new MalformedEvent(`${topic} without ${change.at.join(".")}`);
  }

  // The developer preview "Events" sends what its subscription's query asks for, not the order resource.
  if (topic === "order")
    throw new MalformedEvent("Sent by Shopify Events: subscribe to the webhook topics orders/… instead");
  return { ...about, kind: "ignored", reason: "a topic that is not about orders" };
}

function json(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new MalformedEvent("The body is not JSON in UTF-8");
  }
}

function restOrder(body: Uint8Array): RestOrder {
  const parsed = z.safeParse(RestOrder, json(body));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "the whole");
  throw new MalformedEvent(
    `Missing or not as expected: ${fields.slice(0, 10).join(", ")}. A subscription with include_fields does not carry the whole order`,
  );
}

function settingsOf(connection: Connection): Settings {
  const parsed = z.safeParse(Settings, connection.settings);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join("."));
  throw new MalformedEvent(
    `settings of ${connection.channel}/${connection.name} in the stage file: wrong ${fields.join(", ")}`,
  );
}

function idAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  const id = z.safeParse(Id, at);
  return id.success ? String(id.data) : undefined;
}

/** `gid://shopify/Order/820982911946154508` */
const orderOfResource = (gid: string | undefined): string | undefined =>
  /^gid:\/\/shopify\/Order\/(\d+)$/.exec(gid ?? "")?.[1];
