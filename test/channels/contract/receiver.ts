import { deepEqual } from "node:assert/strict";
import type { Channel } from "../../../functions/channels/channel.ts";
import { createKeyFetcher } from "../../../functions/receive-webhook/fetch-key.ts";
import { type Request, receiveWebhook } from "../../../functions/receive-webhook/receive-webhook.ts";
import { HttpFailure } from "../../../shared/connector/http.ts";
import type { ChannelSample } from "./channel-sample.ts";

/** Signing keys by URL, or no answer from their host. */
type Keys = Readonly<Record<string, string>> | "unreachable";

/** What differs from the sample. */
interface Changes {
  request?: Partial<Request>;
  secret?: unknown;
  keys?: Keys;
}

/** receive-webhook at the channel's endpoint, with the sample's secret and keys. */
export function createReceiver(channel: Channel, sample: ChannelSample) {
  const path = `${channel.name}/demo`;
  const request: Request = {
    ...{ endpoint: path, method: "POST", rawPath: `/webhooks/${path}`, rawQuery: "", query: {}, headers: {} },
    ...sample.webhook?.request,
    body: Buffer.from(sample.webhook?.request.body ?? ""),
  };
  const endpoint = { channel: channel.name, name: "demo", url: sample.webhook?.url, load: async () => channel };

  async function received(changes: Changes = {}) {
    const { secret = sample.secret, keys = sample.webhook?.keys?.right ?? {} } = changes;
    const queued: string[] = [];
    const { outcome, answer } = await receiveWebhook(
      { ...request, ...changes.request },
      {
        endpoints: new Map([[path, endpoint]]),
        secrets: { read: async (_kind, _path, schema) => schema.parse(secret), reread: async () => undefined },
        queues: { sendToIntake: async (message) => void queued.push(message) },
        store: { put: async () => {} },
        fetchKey: keyFetcher(keys),
        now: () => sample.now ?? Date.now(),
      },
    );
    return { outcome, answer, queued };
  }

  /** Refused with 401. Whether as forged or as unsigned decides only who is alarmed. */
  async function forged(changes: Changes, what: string) {
    const { outcome, queued } = await received(changes);
    const isRefused = outcome === "forged" || outcome === "unsigned";
    deepEqual({ isRefused, queued: queued.length }, { isRefused: true, queued: 0 }, `${what}: ${outcome}`);
  }

  return { request, received, forged };
}

const keyFetcher = (keys: Keys) =>
  createKeyFetcher({
    http: async ({ url }) => {
      if (keys === "unreachable") throw new HttpFailure("timeout", true);
      const text = keys[url];
      return text === undefined ? { status: 404, headers: {}, text: "" } : { status: 200, headers: {}, text };
    },
  });
