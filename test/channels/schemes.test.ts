import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import {
  type Authentication,
  type EndpointContext,
  KeyUnavailable,
  type SignedRequest,
  type Verification,
} from "../../functions/channels/channel.ts";
import { hmac, isStandardKey, signedByFetchedKey, standardWebhooks, urlKey } from "../../functions/channels/schemes.ts";
import { hmac as independentHmac } from "../support/deliveries.ts";

/* The literal signatures were made by OpenSSL 3 on the command line; the commands are beside them. */
const BODY = '{"order_id":"576461413038785752","status":"AWAITING_SHIPMENT"}';

type Given = Partial<Omit<SignedRequest, "body">> & { body?: string };

/** The verdict of a scheme over one request. */
async function verdict<Secret>(
  { verify }: Verification<Secret>,
  secret: Secret,
  { body = BODY, ...request }: Given,
  context: Partial<EndpointContext<Secret>> = {},
): Promise<Authentication> {
  return verify(
    { method: "POST", rawPath: "/", rawQuery: "", query: {}, headers: {}, ...request, body: Buffer.from(body) },
    { secret, url: undefined, now: 0, fetchKey: async () => undefined, ...context },
  );
}

test("hex over the app's key and the body: TikTok Shop, Lazada", async () => {
  // printf %s "6abcdef$BODY" | openssl dgst -sha256 -hmac app-secret-of-ada
  const right = "6047f29d6ad323b9c8f25f3de46a9075db697f2bf49bff6bea4f02b474a5bc37";
  const secret = { appKey: "6abcdef", signingSecrets: ["former", "app-secret-of-ada"] };
  const scheme = hmac<typeof secret>({
    header: "authorization",
    encoding: "hex",
    signs: ({ body }, { secret: { appKey } }) => [appKey, body],
  });
  equal(scheme.covers, "body");
  equal(await verdict(scheme, secret, { headers: { authorization: right } }), "authentic");
  equal(await verdict(scheme, { ...secret, appKey: "6abcde" }, { headers: { authorization: right } }), "forged");
  equal(await verdict(scheme, secret, { headers: { authorization: right.toUpperCase() } }), "unsigned");
  equal(await verdict(scheme, secret, { headers: { authorization: `Bearer ${right}` } }), "unsigned");
  equal(await verdict(scheme, { ...secret, signingSecrets: [] }, { headers: { authorization: right } }), "forged");
});

test("base64 over the registered address and the body: Square; an address that is not configured proves nothing", async () => {
  // printf %s "https://orders.example.com/webhooks/square/main$BODY" | openssl dgst -sha256 -hmac square-key -binary | base64
  const right = "HnFKxBFZQy+bbbiHJ17Ecu3a5WzegltKcHUWANq7ohU=";
  const secret = { signingSecrets: ["square-key"] };
  const scheme = hmac<typeof secret>({
    header: "x-square-hmacsha256-signature",
    encoding: "base64",
    covers: "url+body",
    signs: ({ body }, { url }) => (url === undefined ? undefined : [url, body]),
  });
  const headers = { "x-square-hmacsha256-signature": right };
  const url = "https://orders.example.com/webhooks/square/main";
  equal(await verdict(scheme, secret, { headers }, { url }), "authentic");
  equal(await verdict(scheme, secret, { headers }, { url: `${url}/` }), "forged");
  equal(await verdict(scheme, secret, { headers }), "forged");
  // The sum of the parts is not the sum of the texts' ends: the address may not lend its end to the body.
  equal(await verdict(scheme, secret, { headers, body: `n${BODY}` }, { url: url.slice(0, -1) }), "authentic");
});

test("a key that is written in hex: Squarespace", async () => {
  // printf %s "$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff10a0b1c2d3e4
  const right = "82a63b78225b155cb5a7c16cf4ba338c96570ac6acb18f7bebbfb41149aadda8";
  const secret = { signingSecrets: ["00ff10a0b1c2d3e4"] };
  const decoded = hmac({ header: "squarespace-signature", encoding: "hex", key: (text) => Buffer.from(text, "hex") });
  const asText = hmac({ header: "squarespace-signature", encoding: "hex" });
  equal(await verdict(decoded, secret, { headers: { "squarespace-signature": right } }), "authentic");
  equal(await verdict(asText, secret, { headers: { "squarespace-signature": right } }), "forged");
});

test("of several headers the first that is present counts, right or wrong", async () => {
  const secret = { signingSecrets: ["k"] };
  const scheme = hmac({ header: ["newer", "older"], encoding: "base64" });
  const right = independentHmac("k", BODY);
  equal(await verdict(scheme, secret, { headers: { older: right } }), "authentic");
  equal(await verdict(scheme, secret, { headers: { newer: right, older: "x" } }), "authentic");
  equal(await verdict(scheme, secret, { headers: { newer: "x", older: right } }), "unsigned");
  const wrong = independentHmac("other", BODY);
  equal(await verdict(scheme, secret, { headers: { newer: wrong, older: right } }), "forged");
});

test("Standard Webhooks by a key that is the text itself: BigCommerce", async () => {
  const headers = {
    "webhook-id": "a",
    "webhook-timestamp": "1614265330",
    "webhook-signature": `v1,${independentHmac("client-secret", `a.1614265330.${BODY}`)}`,
  };
  const secret = { signingSecrets: ["client-secret"] };
  const now = 1_614_265_330_000;
  equal(await verdict(standardWebhooks({ key: (text) => text }), secret, { headers }, { now }), "authentic");
  equal(await verdict(standardWebhooks(), secret, { headers }, { now }), "forged");
  equal(isStandardKey("client-secret"), false);
});

const RSA_PUBLIC = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq2bI9QKEoLCG8k0DQu4K
Dch+vAA5Cpgvic9dzuyd1c2Xsq+CloVaSsVcxHH6GIDNRaIwXemc9wu0oVmxvBGH
1QYHolW6vsIypkAN7+YZFLuZHXQ+gljoB5h8RAH9Pv3zM60+tgiTmSsFPjR/C4OT
J21D8O3D8NJmmvn/yMnW9IN4MCNG63AtaKWxrO1lyAmDc3WETwd0KfArGXlncSlc
Ji+psiKpf3kO6rPDjUTH/GZ5ag/IFkpwH9eT2l6F0Oi7ylfApX19LBbp/dlPX8oz
yl3/9wKio/0jV0F9rxE1lHG9sBI3Ot7Jn8df7fAXezRkFzcSRh4p6p71eXub1wlq
cwIDAQAB
-----END PUBLIC KEY-----`;
// printf %s "$BODY" | openssl dgst -sha256 -sign rsa.pem | base64
const RSA_SIGNATURE =
  "dgVapGanpyCmtM3bIWlEAraCKoRmE9+2a/0zZOyVuwYhHmCwTLTaigPekUFP1LbY3qBCYh4D0pMLehytSXYXW/zQ/99VK+QZGr1ZnU3HrZEWx97Xqv/vo9X5MnTPFFFtgethB+lA+oapouQRrHHtLN9LibH4AKh0V8whKSAXK/3aDFoFQ/3HQuZA5/H4Yh1jqOJwIj1iS2AymxbnjSmvNPEXF3Q4Cz5+RSGs0LXH3NmSJJMMajh8LM9B92utiWjZyx0AiP1Lp9htABDmF5Rk+TZ0yB4J8MBYeAa4lK2v23fCcVkD7jfaxX8gV1I+etLdGATDrZ9317uivTR1hMc1OQ==";
const EC_PUBLIC = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAEhjzYQwP8B+j/x8b8tKYZHtZrBF
7L5ot0Kjph5s/gpyOsGROoOoXbBeNthBCAZvCO+WyFHrHCAq3x6YIMxsQg==
-----END PUBLIC KEY-----`;
// printf %s "$BODY" | openssl dgst -sha1 -sign ec.pem | base64
const EC_SIGNATURE = "MEQCIBlpR995TrpjtLiHwIa6/iOdOtDq4E6174EvKNJA1EU9AiBCtaIhw/JfYQ+nhGMlhD4F+a8Xv6Yc3p1ICz/sVOqmxQ==";

/** Signatures in headers `s1`, `s2`, each key at the address that `k1`, `k2` name. */
const fetched = (algorithm: string) =>
  signedByFetchedKey({
    algorithm,
    signatures: ({ headers }) =>
      [1, 2].flatMap((n) => {
        const [signature, url] = [headers[`s${n}`], headers[`k${n}`]];
        return signature && url ? [{ key: { url }, signature: Buffer.from(signature, "base64") }] : [];
      }),
  });

test("a signature by a fetched key, RSA (Adobe) and ECDSA with SHA-1 (eBay): any of several is enough", async () => {
  for (const [algorithm, key, signature] of [
    ["sha256", RSA_PUBLIC, RSA_SIGNATURE],
    ["sha1", EC_PUBLIC, EC_SIGNATURE],
  ] as const) {
    const fetchKey = async ({ url }: { url: string }) => (url === "https://keys.example/1" ? key : undefined);
    const check = (headers: Record<string, string>, body = BODY) =>
      verdict(fetched(algorithm), {}, { headers, body }, { fetchKey });
    const k1 = "https://keys.example/1";
    equal(await check({ s1: signature, k1 }), "authentic");
    equal(await check({ s1: "AAAA", k1, s2: signature, k2: k1 }), "authentic");
    equal(await check({ s1: signature, k1: "https://keys.example/invented", s2: signature, k2: k1 }), "authentic");
    equal(await check({ s1: signature, k1: "https://keys.example/invented" }), "forged");
    equal(await check({ s1: signature, k1 }, `${BODY} `), "forged");
    equal(await check({ s1: signature.slice(0, -4), k1 }), "forged");
    equal(await check({}), "unsigned");
  }
});

test("a key out of reach is said, not taken for a forgery", async () => {
  const fetchKey = async () => {
    throw new KeyUnavailable("keys.example: timeout");
  };
  const headers = { s1: RSA_SIGNATURE, k1: "https://keys.example/1" };
  await rejects(verdict(fetched("sha256"), {}, { headers }, { fetchKey }), KeyUnavailable);
});

test("the key of the address: this one or the former, whole, and it proves nothing", async () => {
  const scheme = urlKey({ param: "key" });
  equal(scheme.covers, "nothing");
  const check = async (query: Record<string, string>, secret = { key: "new-key", formerKey: "former-key" }) =>
    verdict(scheme, secret, { query });
  deepEqual(
    await Promise.all([
      check({ key: "new-key" }),
      check({ key: "former-key" }),
      check({ key: "new-ke" }),
      check({ key: "new-key," }),
      check({ key: "" }),
      check({ Key: "new-key" }),
      check({}),
      check(JSON.parse('{"__proto__":"new-key"}')),
    ]),
    ["authentic", "authentic", "forged", "forged", "forged", "unsigned", "unsigned", "unsigned"],
  );
});
