import { deepEqual, equal, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Channel } from "../../../functions/channels/channel.ts";
import { type ReceivedEvent, unpack } from "../../../shared/messages/event.ts";
import type { ChannelSample, ContractCase, WebhookSample } from "./channel-sample.ts";
import { checkMeaning, checkNonsense } from "./meaning-of.ts";
import { createReceiver } from "./receiver.ts";

/** The promises of a channel that sends webhooks. */
export function webhookCases(channel: Channel, sample: ChannelSample): ContractCase[] {
  const { webhook, secret } = sample;
  const { verification } = channel;
  if (!webhook || !verification) return [];
  const { request, received, forged } = createReceiver(channel, sample);
  const { headers } = request;
  const body = Buffer.from(request.body);
  const { covers } = verification;
  const { proof, keys, otherSecret } = webhook;
  const isSigned = proof.length > 0;
  const proofHeaders = proof === "body" ? [] : proof;

  /** A body with its proof, of whatever secret. */
  function signedRequest(text: Uint8Array, by: unknown): { body: Buffer; headers: Record<string, string> } {
    if (proof !== "body") return { body: Buffer.from(text), headers: { ...headers, ...webhook?.sign(text, by) } };
    ok(webhook?.signAgain, "the body is the proof: the sample needs signAgain");
    return { body: Buffer.from(webhook.signAgain(text, by)), headers };
  }
  /** The sample with another text where its signature is. */
  const withProof = (text: string) =>
    proof === "body" ? { body: Buffer.from(text) } : { headers: { ...headers, [proof.at(-1) ?? ""]: text } };

  async function queuedEvent(): Promise<ReceivedEvent> {
    const { outcome, queued } = await received();
    equal(outcome, "queued");
    const event = await unpack(queued[0] ?? "", async () => "");
    if (event.source === "poll") throw new Error("not a webhook");
    return event;
  }

  const always: ContractCase[] = [
    {
      name: "its sample is queued as it was sent, and means what it should each time it is read",
      async run() {
        const event = await queuedEvent();
        deepEqual(Buffer.from(event.body), body);
        await checkMeaning(event, channel, sample, webhook.expected);
        // Without the shop, events of an endpoint with several shops belong to none of them.
        if (channel.endpoint === "app") equal((await channel.reader()).interpret(event).shop, webhook.shop ?? "");
      },
    },
    {
      name: "a change or an erasure is taken from its webhook only if the proof covers the body; else it has an API",
      async run() {
        if (coversBody(channel)) return;
        ok(channel.api, "route-order must fetch each order, but the channel has no API");
        const { kind = "" } = Object(webhook.expected);
        ok(["fetch", "lifecycle", "ignored"].includes(kind), `its proof does not cover the body, but means ${kind}`);
      },
    },
    {
      name: "a method that it does not use is unknown",
      async run() {
        const methods: readonly string[] = verification.methods ?? ["POST"];
        for (const method of ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", ""]) {
          if (methods.includes(method)) continue;
          const { outcome, queued } = await received({ request: { method } });
          deepEqual({ outcome, queued }, { outcome: "unknown", queued: [] }, method);
        }
      },
    },
    {
      name: "without its proof, or with one of no text, a request is forged",
      async run() {
        if (!isSigned) return forged({ request: { query: {}, rawQuery: "" } }, "no key");
        if (proof === "body") {
          for (const text of NO_PROOF) await forged({ request: { body: Buffer.from(text) } }, JSON.stringify(text));
        }
        for (const name of proofHeaders) {
          const { [name]: _, ...rest } = headers;
          await forged({ request: { headers: rest } }, `without ${name}`);
          for (const text of NO_PROOF) {
            await forged({ request: { headers: { ...headers, [name]: text } } }, `${name}: ${JSON.stringify(text)}`);
          }
        }
        if (proof !== "body") await forged({ request: { headers: {} } }, "no headers");
      },
    },
    {
      name: "nonsense behind a right signature is malformed and names a field, or is ignored; it is never a crash",
      run: async () => checkNonsense(await queuedEvent(), channel, sample),
    },
  ];

  const bySecret: ContractCase[] = [
    {
      name: "another secret, and another endpoint's signature, are forged",
      async run() {
        await forged({ secret: otherSecret }, "read with another secret");
        if (!isSigned) return;
        await forged({ request: signedRequest(body, otherSecret) }, "signed with another secret");
      },
    },
  ];

  const byFetchedKey: ContractCase[] = [
    {
      name: "another key at the key's address, or none, makes a request forged; no answer makes it unavailable",
      async run() {
        ok(keys, "the sample names no keys");
        await forged({ keys: keys.wrong }, "another key");
        await forged({ keys: keys.none ?? {} }, "no key");
        const { outcome, queued } = await received({ keys: "unreachable" });
        deepEqual({ outcome, queued }, { outcome: "unavailable", queued: [] });
      },
    },
  ];

  const signed: ContractCase[] = [
    {
      name: "the sample's signer signs as the channel does",
      async run() {
        const padded = Buffer.concat([body, Buffer.from(" ")]);
        for (const text of proof === "body" ? [body] : [body, padded]) {
          equal((await received({ request: signedRequest(text, secret) })).outcome, "queued");
        }
      },
    },
    {
      name: "a signature cut short, padded, doubled, in another case or oversized is forged",
      async run() {
        const name = proof === "body" ? "the body" : (proof.at(-1) ?? "");
        const right = proof === "body" ? body.toString() : (headers[name] ?? "");
        ok(right.length > 10, `${name} holds the signature`);
        for (const text of wrongSignatures(right)) await forged({ request: withProof(text) }, text.slice(0, 100));
      },
    },
  ];

  const bodySigned: ContractCase[] = [
    {
      name: "a changed body is forged: each byte, one more, one less, none, and the same JSON re-serialised",
      async run() {
        for (const [changed, what] of changesOf(body, proof !== "body"))
          await forged({ request: { body: changed } }, what);
      },
    },
  ];

  const urlSigned: ContractCase[] = [
    {
      name: "another address is forged",
      async run() {
        for (const url of [undefined, "https://elsewhere.example/webhooks", `${webhook.url}/`]) {
          const { url: _, ...rest } = webhook;
          const registered: WebhookSample = url === undefined ? rest : { ...rest, url };
          await createReceiver(channel, { ...sample, webhook: registered }).forged({}, `registered as ${url}`);
        }
      },
    },
  ];

  return [
    ...always,
    ...(keys ? byFetchedKey : bySecret),
    ...(isSigned ? signed : []),
    ...(coversBody(channel) ? bodySigned : []),
    ...(covers === "url+body" ? urlSigned : []),
  ];
}

/** The channel's own answers, which are never queued. */
export function handshakeCases(channel: Channel, sample: ChannelSample): ContractCase[] {
  const { received } = createReceiver(channel, sample);
  return (sample.handshakes ?? []).map(({ request, answer: expected }, position) => ({
    name: `handshake ${position + 1} is answered and not queued`,
    async run() {
      const { outcome, answer, queued } = await received({
        request: { ...request, body: Buffer.from(request.body) },
      });
      deepEqual({ outcome, answer, queued }, { outcome: "answered", answer: expected, queued: [] });
    },
  }));
}

const coversBody = ({ verification }: Channel): boolean =>
  verification?.covers === "body" || verification?.covers === "url+body";

const wrongSignatures = (right: string): string[] =>
  [
    ...[right.slice(0, -1), right.slice(1), right.slice(0, right.length / 2)],
    ...[`${right}=`, `${right}A`, `A${right}`, `${right},${right}`],
    ...[right.toUpperCase(), right.toLowerCase(), Buffer.from(right).toString("base64"), right.repeat(1000)],
    ...[randomBytes(right.length).toString("latin1"), "A".repeat(100_000)],
  ].filter((text) => text !== right);

/** Instead of a proof. */
const NO_PROOF = ["", " ", "null", "undefined", "\u0000", "\u{1F511}"];

function changesOf(body: Buffer, isJson: boolean): [changed: Buffer, what: string][] {
  const changes: [Buffer, string][] = [
    [Buffer.concat([body, Buffer.from("\n")]), "one more"],
    [body.subarray(0, -1), "one less"],
    [Buffer.alloc(0), "none"],
  ];
  const step = Math.max(1, Math.floor(body.length / 200));
  for (let at = 0; at < body.length; at += step) {
    const changed = Buffer.from(body);
    changed[at] = (changed[at] ?? 0) ^ 1;
    changes.push([changed, `byte ${at}`]);
  }
  if (!isJson) return changes;
  const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString()), undefined, 1));
  if (!rewritten.equals(body)) changes.push([rewritten, "re-serialised"]);
  return changes;
}
