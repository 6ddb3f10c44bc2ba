import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { unreadableEvents } from "../../operator/unreadable-events.ts";

/** A DLQ whose messages are hidden once they were received, as SQS hides them; it takes no other command. */
function queueOf(bodies: readonly string[]) {
  const visible = bodies.map(
    (body, index): Message => ({
      ...{ MessageId: `m${index}`, Body: body },
      Attributes: { SentTimestamp: String(Date.parse("2026-11-20T12:00:00Z")) },
    }),
  );
  const received: ReceiveMessageCommand[] = [];
  const receive = async (command: ReceiveMessageCommand) => {
    received.push(command);
    return { Messages: visible.splice(0, Math.min(3, command.input.MaxNumberOfMessages ?? 1)) };
  };
  return { receive, received };
}

const explain = async (message: string) => {
  if (message === "good") return undefined;
  if (message === "broken") throw new TypeError("of Ada Muster");
  return { field: message, reason: `${message} is missing or wrong` };
};

test("each event of the DLQ is listed once, with the field that cannot be parsed, and none is deleted", async () => {
  const { receive, received } = queueOf(["line_items.0.price", "good", "broken", "id"]);
  const events = await unreadableEvents({ receive, queueUrl: "q", explain });
  deepEqual(
    events?.map(({ messageId, field, reason }) => [messageId, field, reason]),
    [
      ["m0", "line_items.0.price", "line_items.0.price is missing or wrong"],
      ["m1", null, "can be parsed: its order could not be fetched, or the mapping has been fixed since"],
      ["m2", null, "cannot be checked: TypeError"],
      ["m3", "id", "id is missing or wrong"],
    ],
  );
  equal(events?.[0]?.sentAt, "2026-11-20T12:00:00.000Z");
  equal(received.length, 3);
  for (const { input } of received) equal(input.VisibilityTimeout, 10);
});

test("at most 50 are received, however many there are", async () => {
  const { receive, received } = queueOf(Array.from({ length: 200 }, (_, index) => `field${index}`));
  const events = await unreadableEvents({ receive, queueUrl: "q", explain });
  equal(events?.length, 50);
  equal(received.length, 17);
});

test("an operator who may not receive is not refused the rest of the command", async () => {
  const receive = async () => {
    throw Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
  };
  equal(await unreadableEvents({ receive, queueUrl: "q", explain }), undefined);
});
