import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import type { Settings } from "./settings.ts";

/** https://developers.squarespace.com/webhooks/overview. `subscriptionId` is not read: newer topics spell it otherwise. */
const Notification = z.object({
  topic: z.string().check(z.minLength(1)),
  websiteId: z.string().check(z.minLength(1), z.maxLength(255)),
  /** `2020-04-22T22:18+00:00`, without seconds. */
  createdOn: lenient(z.string()),
  data: lenient(z.record(z.string(), z.unknown())),
});
type Notification = z.infer<typeof Notification>;

export const reader: Reader<Settings> = {
  interpret({ body }): Interpretation<Settings> {
    const parsed = z.safeParse(Notification, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const { topic, websiteId, createdOn } = parsed.data;
    const meaning = meaningOf(parsed.data);
    return {
      topic,
      eventTime: instant(createdOn ?? ""),
      shop: websiteId,
      meaning({ settings }) {
        const isTest = meaning.kind === "fetch" && settings.testOrderIds.includes(meaning.orderId);
        return isTest ? { kind: "ignored", reason: "a test notification" } : meaning;
      },
    };
  },
};

/** The notification says what changed (`data.update`), but an order's state is only known from the order itself. */
function meaningOf({ topic, data = {} }: Notification): Meaning {
  switch (topic) {
    case "order.create":
    case "order.update":
      return { kind: "fetch", orderId: orderIdIn(data) };
    case "extension.uninstall":
      return { kind: "lifecycle", event: "uninstalled" };
    case "contact.delete":
      return { kind: "ignored", reason: "an entry of the site's contacts; Squarespace keeps its orders" };
    default:
      return { kind: "ignored", reason: "a topic that is not about orders" };
  }
}

/** It becomes a part of the address that is called. */
function orderIdIn(data: Record<string, unknown>): string {
  const id = Object.hasOwn(data, "orderId") ? data["orderId"] : undefined;
  if (typeof id === "string" && /^[\w-]{1,100}$/.test(id)) return id;
  throw new MalformedEvent({ field: "data.orderId", problem: "is not the ID of an order" });
}
