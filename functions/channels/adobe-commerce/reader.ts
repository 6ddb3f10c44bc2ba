import * as z from "zod/mini";
import { instant } from "../../../shared/connector/instant.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { Interpretation, Meaning, Reader } from "../channel.ts";
import { idPlace } from "./id-place.ts";
import type { Settings } from "./settings.ts";

const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;
const Name = lenient(z.string().check(z.trim(), z.minLength(1), z.maxLength(255)));

/**
 * CloudEvents 1.0, as Commerce's events come: `data.value` has the fields that the subscription chose. Other providers'
 * events come in Adobe's older form, below `event`.
 * https://developer.adobe.com/commerce/extensibility/events/
 */
const Event = z.object({
  type: Name,
  /** `urn:uuid:<the provider's ID>` */
  source: Name,
  time: lenient(z.string()),
  data: lenient(Fields),
  value: lenient(Fields),
  event: lenient(Fields),
});

export const reader: Reader<Settings> = {
  interpret({ headers, body }): Interpretation<Settings> {
    const parsed = z.safeParse(Event, readJson(body));
    if (!parsed.success) throw malformed(parsed.error);
    const outer = parsed.data;
    const inner = z.safeParse(Event, outer.event ?? {}).data;
    const topic = outer.type ?? inner?.type ?? headers["x-adobe-event-code"]?.trim();
    if (!topic) throw new MalformedEvent({ field: "type", problem: "is missing" });
    const value = [outer, inner].map(chosenFields).find((fields) => fields !== undefined);
    return {
      topic,
      eventTime: instant(outer.time ?? inner?.time ?? ""),
      shop: providerOf(outer.source ?? inner?.source),
      meaning: ({ settings }) => meaningOf(topic, value, settings),
    };
  },
};

function chosenFields(event: z.infer<typeof Event> | undefined): Fields | undefined {
  const below = event?.data?.["value"];
  return z.safeParse(Fields, below).data ?? event?.value;
}

const providerOf = (source: string | undefined): string | undefined => source?.replace(/^urn:uuid:/i, "").toLowerCase();

/** An event may be thin, and is not the order's last state when it is repeated: the order is always fetched. */
function meaningOf(topic: string, value: Fields | undefined, settings: Settings): Meaning {
  const place = idPlace(topic, settings.orderEvents);
  if ("ignored" in place) return { kind: "ignored", reason: place.ignored };
  const orderId = idIn(value ?? {}, place.field);
  return place.isDeletion ? { kind: "change", orderId, change: "cancelled" } : { kind: "fetch", orderId };
}

/** Some events carry the order below `order`. `increment_id`, the buyer's number, is never taken for the ID. */
function idIn(value: Fields, field: string): string {
  const order = z.safeParse(Fields, value["order"]).data;
  const id = value[field] ?? (field === "entity_id" ? order?.[field] : undefined);
  const path = `data.value.${field}`;
  if (id === undefined || id === null) {
    const problem = `is missing: add ${field} to the fields of the event's subscription in Commerce`;
    throw new MalformedEvent({ field: path, problem });
  }
  const text = typeof id === "number" || typeof id === "string" ? String(id) : "";
  if (/^[1-9]\d{0,18}$/.test(text)) return text;
  throw new MalformedEvent({ field: path, problem: "is not the ID of an order" });
}
