import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { KeyUnavailable, type Verification } from "../../functions/channels/channel.ts";
import { answerOf } from "../../functions/receive-webhook/answer-of.ts";
import { type ConfiguredEndpoint, configuredEndpoints } from "../../functions/receive-webhook/configured-endpoints.ts";
import { type Dependencies, type Request, receiveWebhook } from "../../functions/receive-webhook/receive-webhook.ts";
import { type ReceivedEvent, unpack } from "../../shared/messages/event.ts";
import { Config } from "../../shared/stage/config.ts";
import { createSecrets } from "../../shared/stage/secrets.ts";
import { hmac } from "../support/deliveries.ts";

const SECRET = "shopify-signing-secret";

/** A stage of these connections. */
const stage = (...paths: string[]): Config =>
  z.parse(Config, {
    stage: "test",
    connections: paths.map((path, index) => {
      const [channel, name] = path.split("/");
      return { channel, name, key: `K${index}` };
    }),
    destinations: [],
    routes: [],
  });

/** The one endpoint of a channel that checks requests this way. */
const endpointThat = (
  verify: Verification<unknown>["verify"],
  about: Partial<Verification<unknown>> & { hosts?: string[]; url?: string } = {},
): ReadonlyMap<string, ConfiguredEndpoint> => {
  const { hosts = [], url, ...verification } = about;
  const load = async () => ({
    ...{ name: "shopify", title: "A channel", endpoint: "connection" as const, hosts },
    ...{ secret: z.object({ signingSecrets: z.array(z.string()) }), settings: z.object({}) },
    verification: { covers: "body" as const, ...verification, verify },
    reader: async () => {
      throw new Error("receive-webhook reads no event");
    },
  });
  return new Map([["shopify/demo", { channel: "shopify", name: "demo", url, load }]]);
};

interface ReceiverOptions {
  queueFails?: boolean;
  storeFails?: boolean;
  /** What Secrets Manager answers, a text a read; the last one again and again. An Error is thrown. */
  secrets?: (string | Error)[];
  endpoints?: ReadonlyMap<string, ConfiguredEndpoint>;
  fetchKey?: Dependencies["fetchKey"];
}

/** receive-webhook with everything that happened outside, in order. */
function receiver({
  queueFails,
  storeFails,
  secrets = [JSON.stringify({ signingSecrets: [SECRET] })],
  ...given
}: ReceiverOptions = {}) {
  const happened: string[] = [];
  const queued: { message: string; group: string }[] = [];
  const stored = new Map<string, string>();
  const clock = { now: Date.parse("2026-10-01T10:00:00Z") };
  const client = Object.assign(new SecretsManagerClient({ region: "eu-central-1" }), {
    send: async () => {
      happened.push("secret");
      const answer = secrets.length > 1 ? secrets.shift() : secrets[0];
      if (answer instanceof Error) throw answer;
      return { SecretString: answer };
    },
  });
  const deps = {
    endpoints: given.endpoints ?? configuredEndpoints(stage("shopify/demo")),
    secrets: createSecrets(client, "test", {
      maxAge: 300_000,
      recheck: 10_000,
      now: () => clock.now,
    }),
    queues: {
      async sendToIntake(message: string, group: string) {
        await new Promise(setImmediate);
        if (queueFails) throw new Error("queue down");
        happened.push("queued");
        queued.push({ message, group });
      },
    },
    store: {
      async put(key: string, text: string) {
        await new Promise(setImmediate);
        if (storeFails) throw new Error("bucket down");
        happened.push("stored");
        stored.set(key, text);
      },
    },
    fetchKey: given.fetchKey ?? (async () => undefined),
    now: () => clock.now,
  };
  const receive = (request: Request) => receiveWebhook(request, deps);
  const events = async (): Promise<ReceivedEvent[]> => {
    const all = await Promise.all(queued.map(({ message }) => unpack(message, async (key) => stored.get(key) ?? "")));
    return all.flatMap((event) => (event.source === "poll" ? [] : event));
  };
  return { receive, events, happened, queued, stored, clock };
}

function webhook(body: string | Uint8Array = '{"id":820982911946154508}', overrides: Partial<Request> = {}): Request {
  const headers = { "x-shopify-hmac-sha256": hmac(SECRET, body), "x-shopify-topic": "orders/create" };
  return {
    endpoint: "shopify/demo",
    method: "POST",
    rawPath: "/webhooks/shopify/demo",
    rawQuery: "",
    query: {},
    headers,
    body: Buffer.from(body),
    ...overrides,
  };
}
const forged = (): Request => webhook("{}", { headers: { "x-shopify-hmac-sha256": hmac("other", "{}") } });

test("what is authentic is queued as it came, its endpoint the message group", async () => {
  const { receive, events, queued, happened } = receiver();
  const body = Buffer.from('{"note":"Zoë \u{1F382}", "id": 820982911946154508 }');
  const { outcome, eventId } = await receive(webhook(body, { rawQuery: "a=%c3%BC", query: { a: "ü" } }));
  equal(outcome, "queued");
  match(eventId ?? "", /^evt_[0-9a-f-]{36}$/);
  const [event] = await events();
  deepEqual(Buffer.from(event?.body ?? []), body);
  deepEqual(
    { ...event, body: undefined, headers: undefined },
    {
      source: "webhook",
      eventId,
      channel: "shopify",
      endpoint: "demo",
      receivedAt: "2026-10-01T10:00:00.000Z",
      method: "POST",
      rawPath: "/webhooks/shopify/demo",
      rawQuery: "a=%c3%BC",
      headers: undefined,
      query: { a: "ü" },
      body: undefined,
    },
  );
  equal(event?.headers["x-shopify-topic"], "orders/create");
  equal(queued[0]?.group, "shopify/demo");
  ok(/^[\x20-\x7e]*$/.test(queued[0]?.message ?? ""), "ASCII only: SQS refuses some characters");
  deepEqual(happened, ["secret", "queued"]);
});

test("the same delivery five times at once is queued five times, each event with an ID of its own", async () => {
  const { receive, queued } = receiver();
  const results = await Promise.all(Array.from({ length: 5 }, () => receive(webhook())));
  equal(new Set(results.map(({ eventId }) => eventId)).size, 5);
  equal(queued.length, 5);
});

for (const body of ["", "no json", '{"unknown":"kind"}', Buffer.from([0xff, 0xfe])]) {
  test(`authentic and queued, whether anybody can read it or not: ${JSON.stringify(body.toString("latin1"))}`, async () => {
    const { receive, events } = receiver();
    equal((await receive(webhook(body))).outcome, "queued");
    deepEqual(Buffer.from((await events())[0]?.body ?? []), Buffer.from(body));
  });
}

test("P1: a queue that takes nothing makes it unavailable", async () => {
  const { receive } = receiver({ queueFails: true });
  const { eventId, ...result } = await receive(webhook());
  deepEqual(result, { outcome: "unavailable", error: "Error" });
  match(eventId ?? "", /^evt_/);
});

test("P1: no answer before the queue has taken it", async () => {
  const { receive, happened } = receiver();
  await receive(webhook()).then(() => happened.push("answered"));
  deepEqual(happened, ["secret", "queued", "answered"]);
});

test("an event too large for a message lies in the store before its pointer is queued, and comes back whole", async () => {
  const { receive, events, happened, queued } = receiver();
  const body = randomBytes(2 * 1024 * 1024);
  equal((await receive(webhook(body))).outcome, "queued");
  deepEqual(happened, ["secret", "stored", "queued"]);
  ok((queued[0]?.message.length ?? 0) < 1000);
  deepEqual(Buffer.from((await events())[0]?.body ?? []), body);
});

test("2 MB that compress go straight to the queue", async () => {
  const { receive, events, happened } = receiver();
  const body = JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ id, sku: "DEMO-MUG", quantity: 1 })));
  ok(body.length > 2 ** 20);
  await receive(webhook(body));
  deepEqual(happened, ["secret", "queued"]);
  equal(Buffer.from((await events())[0]?.body ?? []).toString(), body);
});

test("the queue's limit is met to the byte", async () => {
  const { receive, queued, stored } = receiver();
  const padded = (length: number) => {
    const request = webhook();
    return { ...request, headers: { ...request.headers, "x-padding": "p".repeat(length) } };
  };
  await receive(padded(1));
  const overhead = (queued[0]?.message.length ?? 0) - 1;
  await receive(padded(2 ** 20 - overhead));
  equal(queued[1]?.message.length, 2 ** 20);
  equal(stored.size, 0);
  await receive(padded(2 ** 20 - overhead + 1));
  equal(stored.size, 1);
});

test("P1: where the store fails nothing is queued: a pointer to nothing is no promise", async () => {
  const { receive, queued } = receiver({ storeFails: true });
  equal((await receive(webhook(randomBytes(2 ** 21)))).outcome, "unavailable");
  equal(queued.length, 0);
});

test("P1: where the pointer cannot be queued it is unavailable, though the event is stored", async () => {
  const { receive } = receiver({ queueFails: true });
  equal((await receive(webhook(randomBytes(2 ** 21)))).outcome, "unavailable");
});

test("a forged webhook leaves no trace, and the real one after it is queued", async () => {
  const { receive, queued, stored } = receiver();
  equal((await receive(forged())).outcome, "forged");
  equal((await receive(webhook("{}", { headers: {} }))).outcome, "unsigned");
  equal(queued.length + stored.size, 0);
  equal((await receive(webhook())).outcome, "queued");
});

test("a key that was rotated since it was read is found by reading once more", async () => {
  const newer = JSON.stringify({ signingSecrets: ["newer-signing-secret", SECRET] });
  const { receive, happened, clock } = receiver({ secrets: [JSON.stringify({ signingSecrets: [SECRET] }), newer] });
  const signedNewer = webhook("{}", { headers: { "x-shopify-hmac-sha256": hmac("newer-signing-secret", "{}") } });
  equal((await receive(webhook())).outcome, "queued");
  clock.now += 11_000;
  equal((await receive(signedNewer)).outcome, "queued");
  deepEqual(happened, ["secret", "queued", "secret", "queued"]);
});

test("a probe without a signature is refused without a second read: no key can have changed", async () => {
  const { receive, happened, clock } = receiver();
  for (const signature of [undefined, "", "none", `${hmac(SECRET, "{}")} `, hmac(SECRET, "{}", "hex")]) {
    const headers = signature === undefined ? {} : { "x-shopify-hmac-sha256": signature };
    clock.now += 11_000;
    equal((await receive(webhook("{}", { headers }))).outcome, "unsigned", signature);
  }
  deepEqual(happened, ["secret"]);
});

test("a flood of forgeries is no flood of reads", async () => {
  const { receive, happened, clock } = receiver();
  for (let second = 0; second < 60; second++) {
    for (let each = 0; each < 20; each++) equal((await receive(forged())).outcome, "forged");
    clock.now += 1000;
  }
  equal(happened.length, 6, "one read in 10 s");
});

test("keys are read once in 5 minutes, and again after", async () => {
  const { receive, happened, clock } = receiver();
  for (let minute = 0; minute < 5; minute++) {
    await receive(webhook());
    clock.now += 59_000;
  }
  equal(happened.filter((each) => each === "secret").length, 1);
  clock.now += 60_000;
  await receive(webhook());
  equal(happened.filter((each) => each === "secret").length, 2);
});

for (const [what, answer] of Object.entries({
  "Secrets Manager is down": new Error("down"),
  "the secret is empty": "",
  "the secret is no JSON": "first-key",
  "the secret has no keys": "{}",
})) {
  test(`unavailable, not forged, while it cannot be known: ${what}`, async () => {
    const { receive, queued, happened } = receiver({ secrets: [answer] });
    deepEqual(await receive(webhook()), { outcome: "unavailable", error: "SecretUnreadable" });
    deepEqual(await receive(forged()), { outcome: "unavailable", error: "SecretUnreadable" });
    equal(queued.length, 0);
    equal(happened.length, 2, "each asks again");
  });
}

test("a signature that fails while the keys cannot be read again is unavailable, however often it comes", async () => {
  const known = JSON.stringify({ signingSecrets: [SECRET] });
  const { receive, clock } = receiver({ secrets: [known, new Error("down")] });
  equal((await receive(webhook())).outcome, "queued");
  clock.now += 11_000;
  equal((await receive(forged())).outcome, "unavailable");
  equal((await receive(forged())).outcome, "unavailable");
});

for (const endpoint of [
  "constructor/x",
  "__proto__/x",
  "shopify/constructor",
  "shopify/__proto__",
  "/",
  "",
  "shopify",
]) {
  test(`unknown: ${JSON.stringify(endpoint)}, and no secret is read for it`, async () => {
    const { receive, happened } = receiver();
    equal((await receive(webhook("{}", { endpoint }))).outcome, "unknown");
    deepEqual(happened, []);
  });
}

test("another method than the channel's is unknown", async () => {
  const { receive } = receiver();
  for (const method of ["GET", "PUT", "constructor", ""]) {
    equal((await receive(webhook("{}", { method }))).outcome, "unknown", method);
  }
});

test("a signature check that throws is a forgery, not a crash", async () => {
  const { receive } = receiver({
    endpoints: endpointThat(() => {
      throw new RangeError("of the sender's making");
    }),
  });
  equal((await receive(webhook())).outcome, "forged");
});

test("only connections of registered channels have an endpoint", () => {
  const endpoints = configuredEndpoints(stage("shopify/a", "constructor/b", "nowhere/c"));
  deepEqual([...endpoints.keys()], ["shopify/a"]);
});

test("a handshake is answered and never queued", async () => {
  const answer = { body: '{"challengeResponse":"ab"}', contentType: "application/json" };
  const { receive, happened } = receiver({ endpoints: endpointThat(() => ({ answer }), { methods: ["GET", "POST"] }) });
  deepEqual(await receive(webhook("", { method: "GET", rawQuery: "challenge_code=a" })), {
    outcome: "answered",
    answer,
  });
  deepEqual(happened, ["secret"]);
});

test("a check gets the request as it was sent, the address that was registered, and the clock", async () => {
  const seen: unknown[] = [];
  const endpoints = endpointThat(
    ({ rawPath, rawQuery, method }, { url, now, secret }) => {
      seen.push({ rawPath, rawQuery, method, url, now, secret });
      return "authentic";
    },
    { url: "https://orders.example.com/webhooks/shopify/demo" },
  );
  const { receive } = receiver({ endpoints });
  await receive(webhook("{}", { rawPath: "/webhooks/sh%6fpify/demo", rawQuery: "b=2&a=%201" }));
  deepEqual(seen, [
    {
      rawPath: "/webhooks/sh%6fpify/demo",
      rawQuery: "b=2&a=%201",
      method: "POST",
      url: "https://orders.example.com/webhooks/shopify/demo",
      now: Date.parse("2026-10-01T10:00:00Z"),
      secret: { signingSecrets: [SECRET] },
    },
  ]);
});

test("a signing key out of reach makes the request unavailable, never forged", async () => {
  const asked: unknown[] = [];
  const endpoints = endpointThat(
    async (_, { fetchKey }) => ((await fetchKey({ url: "https://keys.example.com/1" })) ? "authentic" : "forged"),
    { hosts: ["keys.example.com"] },
  );
  const { receive, queued } = receiver({
    endpoints,
    fetchKey: async (source, { url }) => {
      asked.push([source, url]);
      throw new KeyUnavailable("keys.example.com: timeout");
    },
  });
  deepEqual(await receive(webhook()), { outcome: "unavailable", error: "KeyUnavailable" });
  deepEqual(asked, [[{ endpoint: "shopify/demo", hosts: ["keys.example.com"] }, "https://keys.example.com/1"]]);
  equal(queued.length, 0);
});

test("a handshake's answer has its body and type; every other answer is empty", () => {
  deepEqual(answerOf({ outcome: "answered", answer: { body: "abc" } }), {
    ...{ statusCode: 200, headers: { "content-type": "text/plain" }, body: "abc" },
  });
  deepEqual(answerOf({ outcome: "answered", answer: { body: "{}", contentType: "application/json" } }), {
    ...{ statusCode: 200, headers: { "content-type": "application/json" }, body: "{}" },
  });
  for (const [outcome, statusCode] of [
    ["answered", 200],
    ["queued", 200],
    ["forged", 401],
    ["unsigned", 401],
    ["unknown", 404],
    ["unavailable", 503],
  ] as const) {
    deepEqual(answerOf({ outcome, answer: {} }), { statusCode, body: "" });
  }
});

test("connections that share an endpoint have one address, one secret and one message group", async () => {
  const shared = z.parse(Config, {
    stage: "test",
    endpoints: [{ channel: "shopify", name: "app", url: "https://orders.example.com/webhooks/shopify/app" }],
    connections: ["one", "two"].map((name) => ({ channel: "shopify", name, key: name, endpoint: "app", shop: name })),
    destinations: [],
    routes: [],
  });
  const endpoints = configuredEndpoints(shared);
  deepEqual([...endpoints.keys()], ["shopify/app"]);
  equal(endpoints.get("shopify/app")?.url, "https://orders.example.com/webhooks/shopify/app");
  const { receive, queued, events } = receiver({ endpoints });
  equal((await receive(webhook("{}", { endpoint: "shopify/app" }))).outcome, "queued");
  equal((await receive(webhook("{}", { endpoint: "shopify/one" }))).outcome, "unknown");
  equal(queued[0]?.group, "shopify/app");
  deepEqual([(await events())[0]?.endpoint, (await events())[0]?.connection], ["app", undefined]);
});
