import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import { mapOrder } from "./map-order.ts";
import { isOwnOrder } from "./own-order.ts";
import { Marks, ShopOrder } from "./payload.ts";
import type { Settings } from "./settings.ts";

const Named = z.object({ id: Id });
const Dated = z.object({ updated_at: z.string() });

export const reader: Reader<Settings> = {
  interpret({ headers, body }): Interpretation<Settings> {
    const topic = topicOf(headers);
    const shop = headers["x-shoplazza-shop-domain"]?.trim().toLowerCase();
    const about = { topic, shop };
    if (topic === "app/uninstalled") {
      return { ...about, meaning: () => ({ kind: "lifecycle", event: "uninstalled" }) };
    }
    // No list of all topics is public: what is about an order, its body says.
    if (!topic.startsWith("orders/")) return { ...about, meaning: () => ignored("a topic that is not about orders") };
    const json = orderIn(readJson(body));
    const named = z.safeParse(Named, json);
    if (!named.success) throw malformed(named.error);
    const { id } = named.data;
    if (isOwnOrder(z.safeParse(Marks, json).data ?? {})) {
      return { ...about, meaning: () => ignored("an order that Order Relay created there") };
    }
    // What a body may leave out, the API has. It also says whether the order is gone: the topic is not signed.
    if (topic === "orders/delete")
      return { ...about, meaning: () => ({ kind: "change", orderId: id, change: "cancelled" }) };
    if (!hasLines(json)) return { ...about, meaning: () => ({ kind: "fetch", orderId: id }) };
    const changedAt = instant(z.safeParse(Dated, json).data?.updated_at ?? "");
    return {
      ...about,
      order: { id, changedAt },
      meaning: ({ settings }) => ({ kind: "order", order: mapOrder(shopOrder(json), settings) }),
    };
  },
};

const ignored = (reason: string): Meaning => ({ kind: "ignored", reason });

function topicOf(headers: Record<string, string>): string {
  const topic = headers["x-shoplazza-topic"]?.trim().toLowerCase();
  const field = "headers.x-shoplazza-topic";
  if (!topic) throw new MalformedEvent({ field, problem: "is missing" });
  // API Gateway joins repeated headers: only the operator can say which topic was meant.
  if (topic.includes(",")) throw new MalformedEvent({ field, problem: "names several topics" });
  return topic;
}

/** The order, which some senders of the same platform wrap in `{"order": …}`. */
const orderIn = (json: unknown): unknown =>
  z.safeParse(z.object({ order: z.record(z.string(), z.unknown()) }), json).data?.order ?? json;

const hasLines = (json: unknown): boolean =>
  typeof json === "object" && json !== null && Object.hasOwn(json, "line_items");

function shopOrder(json: unknown): ShopOrder {
  const parsed = z.safeParse(ShopOrder, json);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error);
}
