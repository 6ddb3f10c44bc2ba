import { deepEqual, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import type { Channel } from "../../functions/channels/channel.ts";
import { apiCases } from "./contract/api-cases.ts";
import type { ChannelSample, ContractCase } from "./contract/channel-sample.ts";
import { queueCases } from "./contract/queue-cases.ts";
import { handshakeCases, webhookCases } from "./contract/webhook-cases.ts";

export type { ChannelSample };

/** Proofs by a channel's own words: a registered channel without a call of this fails test/channels/registry.test.ts. */
export function channelContract(channel: Channel, sample: ChannelSample): void {
  describe(`the channel contract: ${channel.name}`, () => {
    for (const { name, run } of contractCases(channel, sample)) test(name, run);
  });
}

/** The promises that a channel of its kind makes. */
export const contractCases = (channel: Channel, sample: ChannelSample): ContractCase[] => [
  { name: "its sample has each part that the channel has", run: async () => checkParts(channel, sample) },
  ...webhookCases(channel, sample),
  ...handshakeCases(channel, sample),
  ...queueCases(channel, sample),
  ...apiCases(channel, sample),
];

function checkParts({ verification, endpoint, api }: Channel, sample: ChannelSample): void {
  deepEqual(
    { webhook: Boolean(sample.webhook), queueRecord: Boolean(sample.queueRecord), api: Boolean(sample.api) },
    { webhook: Boolean(verification), queueRecord: endpoint === "queue", api: Boolean(api) },
  );
  if (verification?.methods?.includes("GET"))
    ok(sample.handshakes?.length, "it takes GET: the sample has no handshake");
}
