import type { Channel } from "../../../functions/channels/channel.ts";
import { pack, queueEvent, unpack } from "../../../shared/messages/event.ts";
import type { ChannelSample, ContractCase } from "./channel-sample.ts";
import { checkMeaning, checkNonsense } from "./meaning-of.ts";

/** The promises of a channel whose events come on a queue of each connection. */
export function queueCases(channel: Channel, sample: ChannelSample): ContractCase[] {
  const { queueRecord } = sample;
  if (!queueRecord) return [];
  const { expected, ...record } = queueRecord;
  const event = queueEvent(
    { channel: channel.name, endpoint: "demo", name: "demo" },
    { messageId: "m1", sentAt: sample.now ?? Date.now(), ...record },
  );
  return [
    {
      name: "a record of its queue means what it should each time it is read, out of the envelope too",
      async run() {
        const unpacked = await unpack(pack(event), async () => "");
        if (unpacked.source === "poll") throw new Error("not a record of a queue");
        await checkMeaning(unpacked, channel, sample, expected);
      },
    },
    {
      name: "nonsense on its queue is malformed and names a field, or is ignored; it is never a crash",
      run: () => checkNonsense(event, channel, sample),
    },
  ];
}
