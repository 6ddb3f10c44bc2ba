import { MalformedEvent } from "../../shared/errors.ts";
import type { IntakeEvent } from "../../shared/messages/event.ts";
import type { UnreadableOrder } from "../../shared/messages/interpret-event.ts";
import type { Order } from "../../shared/order.ts";
import type { Channel, Meaning } from "../channels/channel.ts";

type MeaningOf<Kind extends Meaning["kind"]> = Extract<Meaning, { kind: Kind }>;

/** What route-order does about an event. */
export type Action =
  | { kind: "record"; order: Order }
  /** `deletion`: the event itself proves that the order was deleted, should the API not have it. */
  | { kind: "fetch"; orderId: string; deletion: boolean }
  /** Its ID can be read, the rest cannot: the order is held, and the event goes to the DLQ. */
  | ({ kind: "unreadable" } & Pick<UnreadableOrder, "orderId" | "changedAt" | "error">)
  | MeaningOf<"change">
  | MeaningOf<"erase">
  | MeaningOf<"export">
  | MeaningOf<"lifecycle">
  /** A hint that the app's state changed: route-order asks the API whether it did. */
  | { kind: "check" }
  | MeaningOf<"ignored">;

/** Whether anyone who has seen a signed request may have written the rest of the event. */
export function isOnlyHint(source: IntakeEvent["source"], { verification }: Pick<Channel, "verification">): boolean {
  const { covers = "body" } = verification ?? {};
  return source === "webhook" && covers !== "body" && covers !== "url+body";
}

/**
 * Decides what route-order does about an event, by what the event's signature covers. If it does not cover the body, the
 * webhook is only a hint: anyone who has seen a signed request may have written the rest. Then only an order fetched from
 * the API counts; a change or an erasure is never taken from the event (design.md, "Channels").
 * @throws MalformedEvent if nothing may be done; the DLQ keeps the event
 */
export function actionOf(meaning: Meaning, source: IntakeEvent["source"], channel: Channel): Action {
  const isHint = isOnlyHint(source, channel);
  const fetch = (orderId: string, deletion = false): Action => {
    if (!channel.api)
      throw new MalformedEvent({ field: "order", problem: "must be fetched, but the channel has no API" });
    return { kind: "fetch", orderId, deletion };
  };
  switch (meaning.kind) {
    case "order":
      // Some subscriptions leave the lines out: the API has them.
      return isHint || (channel.api && meaning.order.lines.length === 0)
        ? fetch(meaning.order.id)
        : { kind: "record", order: meaning.order };
    case "fetch":
      return fetch(meaning.orderId);
    case "change":
      // The API says what changed. Without an API, the event is the only source.
      if (isHint) return fetch(meaning.orderId);
      return channel.api ? fetch(meaning.orderId, meaning.change === "cancelled") : meaning;
    case "erase":
      if (isHint)
        throw new MalformedEvent({ field: "signature", problem: "does not cover this request to erase data" });
      return meaning;
    case "export":
      if (isHint) throw new MalformedEvent({ field: "signature", problem: "does not cover this request for data" });
      return meaning;
    case "lifecycle":
      return isHint ? { kind: "check" } : meaning;
    case "ignored":
      return meaning;
  }
}

/** What is done about an order that cannot be mapped. @throws its error, where the event may be written by anyone */
export function actionOfUnreadable(
  { orderId, changedAt, error }: UnreadableOrder,
  source: IntakeEvent["source"],
  channel: Channel,
): Action {
  if (!isOnlyHint(source, channel)) return { kind: "unreadable", orderId, changedAt, error };
  if (!channel.api) throw error;
  return { kind: "fetch", orderId, deletion: false };
}
