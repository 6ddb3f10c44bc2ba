import { equal } from "node:assert/strict";
import { createHmac, randomBytes, randomInt } from "node:crypto";
import { test } from "node:test";
import { square } from "../../functions/channels/square/index.ts";
import { squareWebhooksHelper } from "../support/square-library.ts";
import { THOROUGH } from "../support/thorough.ts";

interface Request {
  body: string;
  signature: string;
  keys: string[];
  url: string | undefined;
}

/** What receive-webhook says of a request. */
function verdict({ body, signature, keys, url }: Request) {
  return square.verification?.verify(
    {
      ...{ method: "POST", rawPath: "/webhooks/square/demo", rawQuery: "", query: {} },
      ...{ headers: { "x-square-hmacsha256-signature": signature }, body: Buffer.from(body) },
    },
    {
      ...{ secret: { signingSecrets: keys }, url, now: 0 },
      fetchKey: () => Promise.reject(new Error("Square has no key to fetch")),
    },
  );
}

/** `square/square-nodejs-sdk`, tests/integration/webhooks.test.ts: the first is a real test notification. */
const VECTORS = [
  {
    body: '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
    signature: "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=",
    keys: ["Ibxx_5AKakO-3qeNVR61Dw"],
    url: "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
  },
  {
    body: '{"data":{"type":"webhooks","id":"fake_id"}}',
    signature: "W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=",
    keys: ["signature-key"],
    url: "https://webhook.site/webhooks",
  },
  {
    body: '{"data":{"type":"webhooks","id":">id<"}}',
    signature: "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
    keys: ["signature-key"],
    url: "https://webhook.site/webhooks",
  },
];

test("Square's own vectors are authentic, and with another key, address or body they are not", () => {
  for (const vector of VECTORS) {
    equal(verdict(vector), "authentic");
    equal(verdict({ ...vector, keys: ["another", ...vector.keys] }), "authentic", "while the key is replaced");
    equal(verdict({ ...vector, keys: ["MCmhFRxGX82xMwg5FsaoQA"] }), "forged");
    equal(verdict({ ...vector, url: vector.url.replace("webhook.site", "webhook.sit") }), "forged");
    equal(verdict({ ...vector, body: JSON.stringify(JSON.parse(vector.body), undefined, 4) }), "forged");
    equal(verdict({ ...vector, signature: "1z2n3DEJJiUPKcPzQo1ftvbxGdw=" }), "unsigned");
  }
});

test("URL-bound schemes behind API Gateway: only the registered address counts, and without one nothing is authentic", () => {
  const [vector] = VECTORS;
  if (!vector) throw new Error("no vector");
  equal(verdict({ ...vector, url: undefined }), "forged");
  for (const url of [`${vector.url}/`, `${vector.url}?a=1`, vector.url.toUpperCase(), vector.url.replace("s:", ":")]) {
    equal(verdict({ ...vector, url }), "forged", url);
  }
});

test("Square's signature is base64 of both, not hex, and not of the body alone", () => {
  const [{ body, keys, url } = { body: "", keys: [""], url: "" }] = VECTORS;
  const hmac = (text: string, encoding: "hex" | "base64") =>
    createHmac("sha256", keys[0] ?? "")
      .update(text)
      .digest(encoding);
  equal(verdict({ body, keys, url, signature: hmac(url + body, "base64") }), "authentic");
  for (const signature of [hmac(url + body, "hex"), hmac(body, "base64"), hmac(body + url, "base64")]) {
    equal(verdict({ body, keys, url, signature }) === "authentic", false);
  }
});

const pick = <const T>(all: readonly [T, ...T[]]): T => all[randomInt(all.length)] ?? all[0];
/** A text of random characters, some of several bytes. */
const randomText = (longest: number): string =>
  Array.from({ length: randomInt(1, longest) }, () =>
    pick(["a", "Z", "7", '"', "{", " ", "\n", "é", "漢", "🎁", "\u0000"]),
  ).join("");

/** One character less, another one, or one more. */
function mutated(text: string): string {
  const at = randomInt(text.length + 1);
  return text.slice(0, at) + pick(["", "x", "="]) + text.slice(at + randomInt(2));
}

test("the verdicts are those of Square's own library, on random bodies, keys, addresses and mutations", async () => {
  const library = squareWebhooksHelper();
  for (let round = 0; round < (THOROUGH ? 20_000 : 500); round++) {
    const [body, key] = [randomText(60), randomBytes(randomInt(1, 40)).toString("base64url")];
    const url = `https://${randomText(20)}`;
    const signature = createHmac("sha256", key)
      .update(url + body)
      .digest("base64");
    const sent = { body, signature, key, url };
    const changed = pick(["nothing", "body", "signature", "key", "url"]);
    if (changed !== "nothing") sent[changed] = mutated(sent[changed]);
    if (sent.key === "" || sent.url === "") continue;
    const theirs = await library.verifySignature({
      ...{ requestBody: sent.body, signatureHeader: sent.signature, signatureKey: sent.key, notificationUrl: sent.url },
    });
    equal(verdict({ ...sent, keys: [sent.key] }) === "authentic", theirs, JSON.stringify({ changed, ...sent }));
  }
});
