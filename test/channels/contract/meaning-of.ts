import { deepEqual, ok } from "node:assert/strict";
import { type Channel, connectionFacts, type Meaning } from "../../../functions/channels/channel.ts";
import { actionOf } from "../../../functions/route-order/action-of.ts";
import type { ReceivedEvent } from "../../../shared/messages/event.ts";
import type { ChannelSample } from "./channel-sample.ts";
import { demoConnection } from "./demo-connection.ts";

/** What the channel's reader says that an event means. */
export async function meaningOf(event: ReceivedEvent, channel: Channel, sample: ChannelSample): Promise<Meaning> {
  const { meaning } = (await channel.reader()).interpret(event);
  return meaning(connectionFacts(channel, demoConnection(channel, sample)));
}

/** An event means what it should, on every reading, and route-order can act on it. */
export async function checkMeaning(event: ReceivedEvent, channel: Channel, sample: ChannelSample, expected: unknown) {
  const body = Buffer.from(event.body);
  const meaning = await meaningOf(event, channel, sample);
  deepEqual(JSON.parse(JSON.stringify(meaning)), expected);
  deepEqual(await meaningOf(event, channel, sample), meaning, "read again");
  deepEqual(Buffer.from(event.body), body, "reading changes the event");
  // Throws if the order must be fetched and the channel has no API.
  actionOf(meaning, event.source, channel);
}

const NONSENSE = ["", "null", "[]", "1", '"text"', "{}", "[[[", "\u0000", '{"id":null}', "<xml/>"];

/** Nonsense is malformed, with the field's name, or ignored; the reader never crashes. */
export async function checkNonsense(event: ReceivedEvent, channel: Channel, sample: ChannelSample) {
  for (const text of NONSENSE) {
    try {
      const { kind } = await meaningOf({ ...event, body: Buffer.from(text) }, channel, sample);
      ok(kind === "ignored" || kind === "lifecycle", `${text} means ${kind}`);
    } catch (error) {
      const field = error instanceof Error && "field" in error ? error.field : undefined;
      ok(typeof field === "string" && field !== "", `${text}: ${error}`);
    }
  }
}
