import { deepEqual } from "node:assert/strict";
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import * as z from "zod/mini";
import type { Channel, ChannelApi, Meaning, Reader } from "../../functions/channels/channel.ts";
import { hmac, signedByFetchedKey, urlKey } from "../../functions/channels/schemes.ts";
import { accessToken } from "../../shared/connector/access-token.ts";
import { type HttpAnswer, retryAfter } from "../../shared/connector/http.ts";
import { readJson } from "../../shared/connector/read-json.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { Order } from "../../shared/order.ts";
import { jsonFixture } from "../support/deliveries.ts";
import { type ChannelSample, contractCases } from "./contract.ts";

/** The names of the promises that a channel breaks. */
async function broken(channel: Channel, sample: ChannelSample): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of contractCases(channel, sample)) await run().catch(() => names.push(name));
  return names;
}

// Three invented channels: an app of many shops with thin webhooks, one whose keys are fetched, one with queues.

const Notification = z.object({ shop: z.string(), id: z.string() });

const thin: Reader = {
  interpret({ body }) {
    const { data } = z.safeParse(Notification, readJson(body));
    if (!data) throw new MalformedEvent({ field: "id", problem: "is missing" });
    return { topic: "order", shop: data.shop, meaning: (): Meaning => ({ kind: "fetch", orderId: data.id }) };
  },
};

const HOST = "https://api.mall.example";
const expectedOrder = jsonFixture("standard/fixtures/order.expected.json");

/** The error that an answer of the API means. */
function refusal({ status, ...answer }: HttpAnswer): Error {
  if (status === 401 || status === 403) return new Misconfigured(`answered ${status}`);
  if (status === 429) return new Throttled("busy", retryAfter(answer, 0));
  return new Unavailable(`answered ${status}`);
}

const mallApi: ChannelApi = {
  open({ credentials, shop }, tools) {
    // As most marketplaces' paths name the shop.
    if (shop === undefined) throw new Misconfigured("the stage file does not name the shop");
    const { refreshToken } = z.parse(z.object({ refreshToken: z.string() }), credentials);
    async function login() {
      const answer = await tools.http({ method: "POST", url: `${HOST}/token`, body: refreshToken });
      if (answer.status !== 200) throw refusal(answer);
      return { access: answer.text };
    }
    const token = accessToken({ name: "login", credentials: [refreshToken], login }, tools);
    const get = (path: string) =>
      token.call((bearer) => tools.http({ method: "GET", url: HOST + path, headers: { authorization: bearer } }));
    return {
      async order(id) {
        const answer = await get(`/orders/${id}`);
        if (answer.status === 404) return "gone";
        if (answer.status !== 200) throw refusal(answer);
        const { data } = z.safeParse(Order, JSON.parse(answer.text));
        if (!data) throw new MalformedEvent({ field: "order", problem: "cannot be mapped" });
        return { order: data };
      },
      async check() {
        const answer = await get("/shop");
        if (answer.status !== 200) throw refusal(answer);
      },
    };
  },
};

const mallApiSample: NonNullable<ChannelSample["api"]> = {
  credentials: { refreshToken: "refresh-1" },
  orderId: "o-1",
  unknownId: "o-2",
  expected: expectedOrder,
  isOrderCall: ({ url }) => url.startsWith(`${HOST}/orders/`),
  answer({ url, body, headers = {} }) {
    if (url === `${HOST}/token`) return body === "refresh-1" ? { text: "token-1" } : { status: 400 };
    if (headers["authorization"] !== "token-1") return { status: 401 };
    if (url === `${HOST}/orders/o-1`) return { text: JSON.stringify(expectedOrder) };
    return { status: url === `${HOST}/shop` ? 200 : 404 };
  },
};

const signingSecrets = z.object({ signingSecrets: z.array(z.string()) });
const body = '{"shop":"s-1", "id":"o-1"}';
const fetchMeaning = { kind: "fetch", orderId: "o-1" };

const mall: Channel = {
  ...{ name: "mall", title: "Mall", endpoint: "app", hosts: ["api.mall.example"], settings: z.object({}) },
  secret: signingSecrets,
  credentials: z.object({ refreshToken: z.string() }),
  verification: hmac({
    header: "mall-signature",
    encoding: "hex",
    covers: "url+body",
    signs: ({ body }, { url }) => (url === undefined ? undefined : [url, body]),
  }),
  reader: async () => thin,
  api: async () => mallApi,
};

const url = "https://orders.example.com/webhooks/mall/app";
const mallSigns = (text: Uint8Array | string, { signingSecrets: [key = ""] }: z.infer<typeof signingSecrets>) => ({
  "mall-signature": createHmac("sha256", key).update(url).update(text).digest("hex"),
});
const mallSecret = { signingSecrets: ["of the mall"] };
const mallWebhook = {
  request: { headers: mallSigns(body, mallSecret), body },
  otherSecret: { signingSecrets: ["of another app"] },
  proof: ["mall-signature"],
  sign: mallSigns,
  url,
  shop: "s-1",
  expected: fetchMeaning,
};
const mallSample: ChannelSample = { secret: mallSecret, webhook: mallWebhook, api: mallApiSample };

const KEY_URL = "https://keys.auction.example/k-1";
const [key, otherKey] = [1, 2].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
const pem = (publicKey: KeyObject | undefined) => String(publicKey?.export({ format: "pem", type: "spki" }));

const byFetchedKey = signedByFetchedKey({
  algorithm: "sha256",
  signatures({ headers: { "auction-key": id, "auction-signature": text = "" } }) {
    const signature = Buffer.from(text, "base64");
    const isExact = text !== "" && signature.toString("base64") === text;
    return id && isExact ? [{ key: { url: `https://keys.auction.example/${id}` }, signature }] : [];
  },
});

const auction: Channel = {
  ...{ name: "auction", title: "Auction", endpoint: "connection", hosts: ["keys.auction.example"] },
  ...{ secret: z.object({}), settings: z.object({}), reader: async () => thin, api: async () => mallApi },
  credentials: z.object({ refreshToken: z.string() }),
  verification: {
    ...byFetchedKey,
    methods: ["GET", "POST"],
    verify: (request, endpoint) =>
      request.method === "GET"
        ? { answer: { body: request.query["challenge"] ?? "" } }
        : byFetchedKey.verify(request, endpoint),
  },
};

function auctionSigns(text: Uint8Array): Record<string, string> {
  if (!key) throw new Error("no key");
  return { "auction-key": "k-1", "auction-signature": sign("sha256", text, key.privateKey).toString("base64") };
}
const auctionSample: ChannelSample = {
  secret: {},
  shop: "s-1",
  webhook: {
    request: { headers: auctionSigns(Buffer.from(body)), body },
    otherSecret: {},
    proof: ["auction-key", "auction-signature"],
    sign: auctionSigns,
    keys: { right: { [KEY_URL]: pem(key?.publicKey) }, wrong: { [KEY_URL]: pem(otherKey?.publicKey) } },
    expected: fetchMeaning,
  },
  handshakes: [{ request: { method: "GET", query: { challenge: "c-1" }, body: "" }, answer: { body: "c-1" } }],
  api: mallApiSample,
};
/** Where the auction's API lies, the mall's does. */
const auctionHosts: Channel = { ...auction, hosts: [...auction.hosts, ...mall.hosts] };

const { verification: _, ...noVerification } = mall;
const harbour: Channel = { ...noVerification, name: "harbour", title: "Harbour", endpoint: "queue" };
const harbourSample: ChannelSample = {
  secret: mallSecret,
  shop: "s-1",
  queueRecord: { body, attributes: { type: "ORDER_CHANGE" }, expected: fetchMeaning },
  api: mallApiSample,
};

test("channels of each kind that do what they should keep every promise", async () => {
  deepEqual(await broken(mall, mallSample), []);
  deepEqual(await broken(auctionHosts, auctionSample), []);
  deepEqual(await broken(harbour, harbourSample), []);
});

const ORDER = "its API client fetches the order, as often as it is asked, from the channel's hosts alone";
const QUEUED = "its sample is queued as it was sent, and means what it should each time it is read";
const PARTS = "its sample has each part that the channel has";
const FAULT = "a failed call for an order throws the error that says what happens next";
const ANY_FAULT = "a failed call, for a token too, throws the error that says what happens next";
const UNREADABLE = "an answer that cannot be read is an error: no order, and none gone";

test("an API client that throws, calls another host, or is not in the sample is found", async () => {
  const api = (client: ReturnType<ChannelApi["open"]>): Channel => ({
    ...mall,
    api: async () => ({ open: () => client }),
  });
  const order = async () => {
    throw new TypeError("a defect");
  };
  deepEqual((await broken(api({ order }), mallSample)).slice(0, 2), [
    ORDER,
    "an order that the API does not have is gone",
  ]);
  deepEqual((await broken({ ...mall, hosts: ["elsewhere.example"] }, mallSample)).includes(ORDER), true);
  const { api: _, ...noApi } = mallSample;
  deepEqual(await broken(mall, noApi), [PARTS]);
});

test("an API client that takes every failure for a missing order, or for a failure of the server, is found", async () => {
  const wrong = (order: () => Promise<"gone">): Channel => ({
    ...mall,
    api: async () => ({ open: () => ({ order }) }),
  });
  const alwaysGone = await broken(
    wrong(async () => "gone"),
    mallSample,
  );
  deepEqual(alwaysGone, [ORDER, FAULT, ANY_FAULT, UNREADABLE]);
  const unavailable = await broken(
    wrong(async () => {
      throw new Unavailable("down");
    }),
    mallSample,
  );
  deepEqual(unavailable, [ORDER, "an order that the API does not have is gone", FAULT, ANY_FAULT]);
});

test("a channel whose proof does not cover the body is found without an API, and if it sends whole orders", async () => {
  const { api: _, credentials: __, ...noApi } = mall;
  const keyed: Channel = { ...noApi, secret: z.object({ key: z.string() }), verification: urlKey({ param: "key" }) };
  const sample: ChannelSample = {
    secret: { key: "in the address" },
    webhook: {
      ...mallWebhook,
      request: { headers: {}, query: { key: "in the address" }, rawQuery: "key=in%20the%20address", body },
      otherSecret: { key: "another" },
      proof: [],
    },
  };
  const hint = "a change or an erasure is taken from its webhook only if the proof covers the body; else it has an API";
  deepEqual(await broken(keyed, sample), [QUEUED, hint]);
  deepEqual(
    await broken(
      { ...mall, ...{ secret: keyed.secret, verification: urlKey({ param: "key" }) } },
      { ...sample, api: mallApiSample },
    ),
    [],
  );
});

test("keys from another host, a key that is not checked, and a wrong handshake are found", async () => {
  const [KEYS, HANDSHAKE] = [
    "another key at the key's address, or none, makes a request forged; no answer makes it unavailable",
    "handshake 1 is answered and not queued",
  ];
  const otherHost = await broken({ ...auctionHosts, hosts: mall.hosts }, auctionSample);
  deepEqual([otherHost.includes(QUEUED), otherHost.includes(KEYS)], [true, true]);
  const trusting: Channel = { ...auctionHosts, verification: { covers: "body", verify: () => "authentic" } };
  const trusted = await broken(trusting, auctionSample);
  deepEqual([trusted.includes(KEYS), trusted.includes(HANDSHAKE)], [true, true]);
  const { handshakes: _, ...noHandshake } = auctionSample;
  deepEqual(await broken(auctionHosts, noHandshake), [PARTS]);
});

test("a queue's reader that crashes, means something else, or is not in the sample is found", async () => {
  const crashes: Reader = {
    interpret() {
      throw new TypeError("a defect");
    },
  };
  deepEqual((await broken({ ...harbour, reader: async () => crashes }, harbourSample)).length, 2);
  const other = { ...harbourSample, queueRecord: { body, expected: { kind: "fetch", orderId: "o-2" } } };
  deepEqual((await broken(harbour, other)).length, 1);
  const { queueRecord: _, ...noRecord } = harbourSample;
  deepEqual(await broken(harbour, noRecord), [PARTS]);
});

test("the reader of an app's endpoint that does not name the shop is found", async () => {
  const nameless: Reader = { interpret: (event) => ({ ...thin.interpret(event), shop: undefined }) };
  deepEqual(await broken({ ...mall, reader: async () => nameless }, mallSample), [QUEUED]);
});

test("an API client that takes one failure of an order call for a missing order is found, whichever it is", async () => {
  /** The mall's client, behind an API whose failure looks like an order that is not there. */
  const hiding = (hides: (status: number | undefined) => boolean): Channel => ({
    ...mall,
    api: async () => ({
      open: (account, tools) =>
        mallApi.open(account, {
          ...tools,
          async http(request) {
            const answer = await tools.http(request).catch((error: unknown) => {
              if (hides(undefined)) return { status: 404, headers: {}, text: "" };
              throw error;
            });
            return mallApiSample.isOrderCall(request) && hides(answer.status) ? { ...answer, status: 404 } : answer;
          },
        }),
    }),
  });
  for (const hidden of [401, 403, 429, 500, 502, 503, 504, undefined]) {
    const names = await broken(
      hiding((status) => status === hidden),
      mallSample,
    );
    deepEqual([hidden, names.includes(FAULT)], [hidden, true]);
  }
});
