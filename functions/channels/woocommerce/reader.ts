import * as z from "zod/mini";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import { isAnonymised, mapOrder } from "./map-order.ts";
import { isDraft, isOver } from "./order-state.ts";
import { RestOrder } from "./payload.ts";
import { type Settings, siteOf } from "./settings.ts";
import { mayBeDigital } from "./ship-to-of.ts";
import { utcOf } from "./time-of.ts";

/** Topics whose body is the whole order. There is none for a payment: it is an update. */
const WHOLE = new Set(["order.created", "order.updated", "order.restored"]);

export const reader: Reader<Settings> = {
  interpret({ headers, body }): Interpretation<Settings> {
    const topic = topicOf(headers);
    const shop = siteOf(headers["x-wc-webhook-source"]?.trim().toLowerCase() ?? "");
    if (topic === "order.deleted") {
      const orderId = deletedOrder(readJson(body));
      return { topic, shop, meaning: () => ({ kind: "change", orderId, change: "cancelled" }) };
    }
    if (!WHOLE.has(topic)) {
      return { topic, shop, meaning: () => ({ kind: "ignored", reason: "a topic that is not about orders" }) };
    }
    const json = readJson(body);
    refuseOtherForms(json);
    return { topic, shop, order: namedOrder(json), meaning: ({ settings }) => meaningOf(restOrder(json), settings) };
  },
};

function topicOf(headers: Record<string, string>): string {
  const topic = headers["x-wc-webhook-topic"]?.trim().toLowerCase();
  const field = "headers.x-wc-webhook-topic";
  if (!topic) throw new MalformedEvent({ field, problem: "is missing" });
  // API Gateway joins repeated headers: only the operator can say which topic was meant.
  if (topic.includes(",")) throw new MalformedEvent({ field, problem: "names several topics" });
  return topic;
}

/**
 * The body of a deletion has the ID and nothing else. The topic is not signed: a holder of an order's signed body must
 * not be able to delete it.
 */
function deletedOrder(json: unknown): string {
  const parsed = z.safeParse(z.strictObject({ id: Id }), json);
  if (parsed.success) return parsed.data.id;
  throw malformed(parsed.error);
}

/** Bodies that are no order, in words that say what to change at the shop. @throws MalformedEvent */
function refuseOtherForms(json: unknown): void {
  const has = (name: string) => typeof json === "object" && json !== null && Object.hasOwn(json, name);
  if (has("id")) return;
  if (has("order")) {
    const problem = "is of the legacy API: set the webhook's API version to WP REST API Integration v3";
    throw new MalformedEvent({ field: "order", problem });
  }
  if (has("code") && has("message")) {
    const problem = "is an error instead of an order: the user who made the webhook may not read orders any more";
    throw new MalformedEvent({ field: "code", problem });
  }
}

function restOrder(json: unknown): RestOrder {
  const parsed = z.safeParse(RestOrder, json);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error);
}

/** What can be read of an order whose rest cannot. */
function namedOrder(json: unknown): Interpretation["order"] {
  const id = z.safeParse(z.object({ id: Id }), json).data?.id;
  const time = z.safeParse(z.object({ date_modified_gmt: z.string() }), json).data?.date_modified_gmt;
  return id === undefined ? undefined : { id, changedAt: utcOf(time) };
}

function meaningOf(rest: RestOrder, settings: Settings): Meaning {
  if (isDraft(rest)) return { kind: "ignored", reason: "a draft, which the buyer has not placed yet" };
  if (isAnonymised(rest)) return { kind: "erase", subject: { orderIds: [rest.id] } };
  if (lacksWhatTheApiHas(rest, settings)) return { kind: "fetch", orderId: rest.id };
  return { kind: "order", order: mapOrder(rest, { refunds: [], virtualLines: new Set() }, settings) };
}

/**
 * Some webhooks come without line items; none has the pieces that a refund took back, or says whether a product is
 * shipped.
 */
const lacksWhatTheApiHas = (rest: RestOrder, settings: Settings): boolean =>
  rest.line_items.length === 0 || (!isOver(rest, settings) && (rest.refunds.length > 0 || mayBeDigital(rest)));
