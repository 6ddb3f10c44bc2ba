import { deepEqual, equal, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { type Channel, connectionFacts, type Meaning } from "../../functions/channels/channel.ts";
import { type Request, type Result, receiveWebhook } from "../../functions/receive-webhook/receive-webhook.ts";
import { type ReceivedEvent, unpack } from "../../shared/messages/event.ts";
import { connection } from "./deliveries.ts";

/** What the contract suite cannot know of a channel by itself. */
export interface ChannelSample {
  /** A request as the channel sends it, captured or from its documents; authentic under `secret` at the time `now`. */
  request: Partial<Omit<Request, "body">> & { headers: Record<string, string>; body: string | Uint8Array };
  secret: unknown;
  /** Another endpoint's, of the same shape. */
  otherSecret: unknown;
  /** Headers (in lower case) that hold the proof; empty where the address does (`?key=`). */
  proof: readonly string[];
  /** Signs as the channel does, written from its documents and not from the connector. @returns the headers of the proof */
  sign(body: Uint8Array, secret: unknown): Record<string, string>;
  /** Epoch ms. Default: any. */
  now?: number;
  url?: string;
  /** What the request means, as it is stored: an order to the last field. */
  expected: unknown;
  settings?: Record<string, unknown>;
}

/** Proofs by a channel's own words: a registered channel without a call of this fails test/channels/registry.test.ts. */
export function channelContract(channel: Channel, sample: ChannelSample): void {
  const path = `${channel.name}/demo`;
  const body = Buffer.from(sample.request.body);
  const request: Request = {
    endpoint: path,
    method: "POST",
    rawPath: `/webhooks/${path}`,
    rawQuery: "",
    query: {},
    ...sample.request,
    body,
  };
  const { headers } = request;

  /** What receive-webhook makes of a request, and what it queued. */
  async function received(changes: Partial<Request>, secret = sample.secret) {
    const queued: string[] = [];
    const result: Result = await receiveWebhook(
      { ...request, ...changes },
      {
        endpoints: new Map([
          [path, { channel: channel.name, name: "demo", url: sample.url, load: async () => channel }],
        ]),
        secrets: { read: async (_kind, _path, schema) => schema.parse(secret), reread: async () => undefined },
        queues: { sendToIntake: async (message) => void queued.push(message) },
        store: { put: async () => {} },
        fetchKey: async () => undefined,
        now: () => sample.now ?? Date.now(),
      },
    );
    return { outcome: result.outcome, queued };
  }

  async function forged(changes: Partial<Request>, what: string, secret = sample.secret) {
    const { outcome, queued } = await received(changes, secret);
    deepEqual({ outcome, queued: queued.length }, { outcome: "forged", queued: 0 }, what);
  }

  async function meaningOf(event: ReceivedEvent): Promise<Meaning> {
    const { meaning } = (await channel.reader()).interpret(event);
    return meaning(connectionFacts(channel, connection(channel.name, { settings: sample.settings ?? {} })));
  }

  const covers = channel.verification?.covers;
  const isSigned = sample.proof.length > 0;
  const coversBody = covers === "body" || covers === "url+body";

  describe(`the channel contract: ${channel.name}`, () => {
    test("its sample is queued as it was sent, and means what it should", async () => {
      const { outcome, queued } = await received({});
      equal(outcome, "queued");
      const event = await unpack(queued[0] ?? "", async () => "");
      if (event.source === "poll") throw new Error("not a webhook");
      deepEqual(Buffer.from(event.body), body);
      const meaning = await meaningOf(event);
      deepEqual(JSON.parse(JSON.stringify(meaning)), sample.expected);
      if (!coversBody)
        ok(["fetch", "lifecycle", "ignored"].includes(meaning.kind), "its proof does not cover the body");
    });

    test("an event is read twice alike, and reading leaves it as it was", async () => {
      const { queued } = await received({});
      const event = await unpack(queued[0] ?? "", async () => "");
      if (event.source === "poll") throw new Error("not a webhook");
      const [one, other] = [await meaningOf(event), await meaningOf(event)];
      deepEqual(one, other);
      deepEqual(Buffer.from(event.body), body);
    });

    test("our signer signs as the channel does", { skip: !isSigned }, async () => {
      equal((await received({ headers: { ...headers, ...sample.sign(body, sample.secret) } })).outcome, "queued");
      const other = Buffer.from(`${body.toString("latin1")} `, "latin1");
      const signed = { ...headers, ...sample.sign(other, sample.secret) };
      equal((await received({ body: other, headers: signed })).outcome, "queued");
    });

    test("another secret, and another endpoint's signature, are forged", async () => {
      await forged({}, "read with another secret", sample.otherSecret);
      if (isSigned)
        await forged({ headers: { ...headers, ...sample.sign(body, sample.otherSecret) } }, "signed with it");
    });

    test("without its proof, or with one of no text, a request is forged", async () => {
      if (!isSigned) return forged({ query: {}, rawQuery: "" }, "no key");
      for (const name of sample.proof) {
        const { [name]: _, ...rest } = headers;
        await forged({ headers: rest }, `without ${name}`);
        for (const text of ["", " ", "null", "undefined", "\u0000", "\u{1F511}"]) {
          await forged({ headers: { ...headers, [name]: text } }, `${name}: ${JSON.stringify(text)}`);
        }
      }
      await forged({ headers: {} }, "no headers");
    });

    test("a changed body is forged: each byte, one more, one less, none, and the same JSON re-serialised", async (t) => {
      if (!coversBody) return t.skip("its proof does not cover the body");
      const step = Math.max(1, Math.floor(body.length / 200));
      for (let at = 0; at < body.length; at += step) {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ 1;
        await forged({ body: changed }, `byte ${at}`);
      }
      await forged({ body: Buffer.concat([body, Buffer.from("\n")]) }, "one more");
      await forged({ body: body.subarray(0, -1) }, "one less");
      await forged({ body: Buffer.alloc(0) }, "none");
      const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString()), undefined, 1));
      if (!rewritten.equals(body)) await forged({ body: rewritten }, "re-serialised");
    });

    test("a signature cut short, padded, doubled, in another case or oversized is forged", async (t) => {
      if (!isSigned) return t.skip("nothing is signed");
      const signature = sample.proof.at(-1) ?? "";
      const right = headers[signature] ?? "";
      ok(right.length > 10, `${signature} holds the signature`);
      const wrong = [
        ...[right.slice(0, -1), right.slice(1), right.slice(0, right.length / 2)],
        ...[`${right}=`, `${right}A`, `A${right}`, `${right},${right}`],
        ...[right.toUpperCase(), right.toLowerCase(), Buffer.from(right).toString("base64"), right.repeat(1000)],
        ...[randomBytes(right.length).toString("latin1"), "A".repeat(100_000)],
      ].filter((text) => text !== right);
      for (const text of wrong) await forged({ headers: { ...headers, [signature]: text } }, text.slice(0, 100));
    });

    test("another address is forged, where the address is signed", async (t) => {
      if (covers !== "url+body") return t.skip("the address is not signed");
      const verification = channel.verification;
      for (const url of [undefined, "https://elsewhere.example/webhooks", `${sample.url}/`]) {
        const authentication = await verification?.verify(request, {
          ...{ secret: sample.secret, url, now: sample.now ?? 0 },
          fetchKey: async () => undefined,
        });
        equal(authentication, "forged", url);
      }
    });

    test("a method that it does not use is unknown", async () => {
      const methods: readonly string[] = channel.verification?.methods ?? ["POST"];
      for (const method of ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", ""].filter((each) => !methods.includes(each))) {
        deepEqual(await received({ method }), { outcome: "unknown", queued: [] }, method);
      }
    });

    test("nonsense behind a right signature is malformed and names a field, or is ignored; it is never a crash", async () => {
      for (const text of ["", "null", "[]", "1", '"text"', "{}", "[[[", "\u0000", '{"id":null}', "<xml/>"]) {
        const event: ReceivedEvent = {
          ...{ source: "webhook", eventId: "evt_1", channel: channel.name, endpoint: "demo" },
          ...{ receivedAt: "2026-11-01T12:00:00.000Z", method: "POST", rawPath: request.rawPath, rawQuery: "" },
          ...{ headers, query: {}, body: Buffer.from(text) },
        };
        try {
          const { kind } = await meaningOf(event);
          ok(kind === "ignored" || kind === "lifecycle", `${text} means ${kind}`);
        } catch (error) {
          const field = error instanceof Error && "field" in error ? error.field : undefined;
          ok(typeof field === "string" && field !== "", `${text}: ${error}`);
        }
      }
    });
  });
}
