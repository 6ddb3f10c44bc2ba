import { MalformedEvent } from "../../shared/errors.ts";
import type { IntakeEvent } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import type { Channel, Meaning } from "../channels/channel.ts";

type MeaningOf<Kind extends Meaning["kind"]> = Extract<Meaning, { kind: Kind }>;

/** What route-order does about an event. */
export type Action =
  | { kind: "record"; order: Order }
  /** `deletion`: the event itself proves that the order was deleted, should the API not have it. */
  | { kind: "fetch"; orderId: string; deletion: boolean }
  | MeaningOf<"change">
  | MeaningOf<"erase">
  | MeaningOf<"lifecycle">
  /** Somebody says that the app's state changed: the API is asked whether that is so. */
  | { kind: "check" }
  | MeaningOf<"ignored">;

/**
 * What may be done about an event, by what its signature covers. Where that is less than the body, the webhook is a hint:
 * anybody who has seen one may have written the rest. So only an order fetched from the API counts, and neither a change
 * nor an erasure is taken from it, whatever the channel's reader says (design.md, "Channels").
 * @throws MalformedEvent where nothing may be done, so that the event is kept in the DLQ
 */
export function actionOf(meaning: Meaning, source: IntakeEvent["source"], channel: Channel): Action {
  const { covers = "body" } = channel.verification ?? {};
  const isHint = source === "webhook" && covers !== "body" && covers !== "url+body";
  const fetch = (orderId: string, deletion = false): Action => {
    if (!channel.api)
      throw new MalformedEvent({ field: "order", problem: "is to be fetched, and the channel has no API" });
    return { kind: "fetch", orderId, deletion };
  };
  switch (meaning.kind) {
    case "order":
      return isHint ? fetch(meaning.order.id) : { kind: "record", order: meaning.order };
    case "fetch":
      return fetch(meaning.orderId);
    case "change":
      // The API says what changed; without one the event's word is all there is.
      if (isHint) return fetch(meaning.orderId);
      return channel.api ? fetch(meaning.orderId, meaning.change === "cancelled") : meaning;
    case "erase":
      if (isHint)
        throw new MalformedEvent({ field: "signature", problem: "does not cover this request to erase data" });
      return meaning;
    case "lifecycle":
      return isHint ? { kind: "check" } : meaning;
    case "ignored":
      return meaning;
  }
}
