import * as z from "zod/mini";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

/**
 * https://developer.bigcommerce.com/docs/integrations/webhooks/events. `hash` is not read: it is equal for the created,
 * the updated and the archived event of one order, so it is no mark of a repeat.
 */
const Callback = z.object({
  scope: z.string().check(z.minLength(1)),
  /** `stores/<hash>` */
  producer: z.string().check(z.regex(/^stores\/[\w-]+$/, "is not stores/<hash>")),
  data: lenient(z.record(z.string(), z.unknown())),
  /** When it happened, seconds. */
  created_at: lenient(z.int().check(z.minimum(0), z.maximum(99_999_999_999))),
});
type Callback = z.infer<typeof Callback>;

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(Callback, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { scope, producer, created_at: seconds } = parsed.data;
    const meaning = meaningOf(parsed.data);
    return {
      topic: scope,
      eventTime: seconds === undefined ? undefined : new Date(seconds * 1000).toISOString(),
      shop: producer.slice("stores/".length),
      meaning: () => meaning,
    };
  },
};

function meaningOf({ scope, data = {} }: Callback): Meaning {
  const field = orderField(scope);
  if (field !== undefined) {
    const orderId = idIn(data, field);
    // Archiving is BigCommerce's way to delete: if the API no longer has the order, the event proves it.
    return scope.endsWith("/archived") ? { kind: "change", orderId, change: "cancelled" } : { kind: "fetch", orderId };
  }
  switch (scope) {
    case "store/app/uninstalled":
      return { kind: "lifecycle", event: "uninstalled" };
    case "store/hook/deliveryException":
      return deliveryException(data);
    case "store/customer/deleted":
      return { kind: "ignored", reason: "a customer's account; BigCommerce keeps its orders" };
    default:
      return { kind: "ignored", reason: "a scope that is not about orders" };
  }
}

/** The field of `data` that has the order's ID, which differs by scope; undefined for a scope that names no order. */
function orderField(scope: string): string | undefined {
  if (/^store\/shipment\/(?:created|updated|deleted)$/.test(scope)) return "orderId";
  const [, channel, event] = /^store\/(channel\/\d+\/)?order\/(.+)$/.exec(scope) ?? [];
  if (event === undefined) return undefined;
  if (event.startsWith("metafield/")) return "resource_id";
  return channel !== undefined || event.startsWith("transaction/") ? "order_id" : "id";
}

function idIn(data: Record<string, unknown>, field: string): string {
  const id = Object.hasOwn(data, field) ? data[field] : undefined;
  const text = typeof id === "number" || typeof id === "string" ? String(id) : "";
  if (/^[1-9]\d{0,18}$/.test(text)) return text;
  throw new MalformedEvent({ field: `data.${field}`, problem: "is not the ID of an order" });
}

/** The last attempt to deliver a webhook failed, and BigCommerce switches it off. */
const SWITCHED_OFF = 90002;

/** About a webhook that could not be delivered. Others say that it is tried again. */
const deliveryException = ({ error_code: code }: Record<string, unknown>): Meaning =>
  Number(code) === SWITCHED_OFF
    ? { kind: "lifecycle", event: "subscription-disabled" }
    : { kind: "ignored", reason: "BigCommerce delivers a webhook again, which it could not deliver" };
