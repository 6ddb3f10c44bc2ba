import { deepEqual, equal } from "node:assert/strict";
import { createHmac, randomBytes, randomInt } from "node:crypto";
import { test } from "node:test";
import { AppStrategy } from "@wix/sdk/auth/wix-app-oauth";
import { createClient } from "@wix/sdk/client";
import { wix } from "../../functions/channels/wix/index.ts";
import { publicKeyOf } from "../../functions/channels/wix/public-key-of.ts";
import { readEvent } from "../../functions/channels/wix/read-event.ts";
import { fixture, verify } from "../support/deliveries.ts";
import { THOROUGH } from "../support/thorough.ts";
import { claims, leastOrder, OTHERS, OURS, secretOf, token, updated } from "./wix-events.ts";

const SECRET = secretOf(OURS.publicKey);
/** openssl made both: RSA of 1,024 bits, and P-256. */
const [SMALL_KEY, CURVE_KEY] = [
  "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDKepWS6hNBXpHhEIXP4oOa4u2pqwC3Qs5XLYZ4+JGpeeAu38Isq7nnnIyFrXdfbffDtFpq4BFdUrea9n5WaiTH7tzAthNpWwDWBroWMS3HlJNiwfGgHl0RmJ2UU6E03Ix0gC0z8DBlpxN9RyZYU/wR+SuOA+siFjR51F8AWzH6oQIDAQAB",
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfqttWFYrJGAxYNPxZLIsrXjpLk4kjwWsN6DaV2NtP3wRq/a3FoqZn4dFUriO3mpb8EozNXK+GiVgT4x1WUhomw==",
].map((base64) => `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`) as [string, string];

const verdict = (body: string, secret: object = SECRET, now = Date.now()) =>
  verify(wix, { headers: {}, body }, secret, now);
const CLAIMS = claims({ payload: updated(leastOrder()) });

test("openssl's signature is authentic by any of the keys, as PEM, as its base64, and with \\n for line breaks", async () => {
  const body = fixture("wix/fixtures/order-approved.jwt").toString();
  const pem = fixture("wix/fixtures/public-key.pem").toString();
  const now = Date.parse("2026-11-20T15:10:00Z");
  for (const key of [pem, pem.trim(), Buffer.from(pem).toString("base64"), pem.replaceAll("\n", "\\n")]) {
    equal(await verdict(body, secretOf(OTHERS.publicKey, key), now), "authentic");
  }
  equal(await verdict(body, secretOf(OTHERS.publicKey), now), "forged");
});

test("trap: the algorithm is RS256, whatever the token's header says", async () => {
  const [, content = ""] = token(CLAIMS).split(".");
  const header = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url");
  // Algorithm confusion: the public key, which is no secret, as the key of an HMAC.
  for (const key of [OURS.publicKey, OURS.publicKey.trim()]) {
    const signed = `${header("HS256")}.${content}`;
    equal(await verdict(`${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`), "forged");
  }
  equal(await verdict(`${header("none")}.${content}.`), "unsigned");
  equal(await verdict(`${header("none")}.${content}.AAAA`), "forged");
  equal(await verdict(token(CLAIMS, { header: { alg: "RS512" }, hash: "sha512" })), "forged");
  for (const alg of ["none", "RS384", "PS256", "ES256", "rs256", "", "HS256"]) {
    equal(await verdict(token(CLAIMS, { header: { alg } })), "forged", alg);
  }
  equal(await verdict(token(CLAIMS, { header: {} })), "forged");
  equal(await verdict(token(CLAIMS, { header: { alg: "RS256", crit: ["exp2"], exp2: 1 } })), "forged");
  equal(await verdict(token(CLAIMS, { header: { alg: "RS256", b64: false, crit: ["b64"] } })), "forged");
});

test("a key that the token brings along signs nothing", async () => {
  const jwk = publicKeyOf(OTHERS.publicKey)?.export({ format: "jwk" });
  const header = { alg: "RS256", jwk, jku: "https://evil.example/keys", x5u: "https://evil.example/x", kid: "1" };
  equal(await verdict(token(CLAIMS, { header, privateKey: OTHERS.privateKey })), "forged");
  equal(await verdict(token(CLAIMS, { header })), "authentic");
});

test("a token counts until its exp and from its nbf on; without them, always", async () => {
  const now = Date.parse("2026-11-20T15:00:00Z");
  const seconds = now / 1000;
  for (const [times, expected] of [
    [{}, "authentic"],
    [{ exp: seconds + 1 }, "authentic"],
    [{ exp: seconds }, "forged"],
    [{ nbf: seconds }, "authentic"],
    [{ nbf: seconds + 1 }, "forged"],
    [{ exp: "tomorrow" }, "forged"],
    [{ iss: "another issuer", aud: "another app" }, "authentic"],
  ] as const) {
    equal(await verdict(token({ ...CLAIMS, ...times }), SECRET, now), expected, JSON.stringify(times));
  }
});

test("one token has one spelling: no space, no padding, no other letter for the last bits", async () => {
  const right = token(CLAIMS);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(right.at(-1) ?? "");
  for (const letter of alphabet) {
    const isSame = letter === right.at(-1);
    equal(await verdict(right.slice(0, -1) + letter), isSame ? "authentic" : "forged", `${last} ${letter}`);
  }
  for (const text of [`${right}\n`, ` ${right}`, `${right}=`, `"${right}"`, `Bearer ${right}`, `${right}.${right}`]) {
    equal(await verdict(text), "unsigned", text.slice(0, 20));
  }
  const [header, content, signature = ""] = right.split(".");
  equal(await verdict(`${header}.${content}.${signature.slice(0, 9)}\n${signature.slice(9)}`), "unsigned");
});

test("what is no JWT is a probe, and no sign of a changed key", async () => {
  for (const body of ["", "{}", "a.b", "a..b", "null", "a.b.c.d", "\u{1F511}.a.b"]) {
    equal(await verdict(body), "unsigned", body);
  }
});

test("the secret takes RSA public keys of 2,048 bits alone, and no private key", () => {
  const accepts = (key: string) => wix.secret.safeParse(secretOf(key)).success;
  equal(accepts(OURS.publicKey), true);
  equal(accepts(Buffer.from(OURS.publicKey).toString("base64")), true);
  for (const key of [
    "",
    "key",
    OURS.privateKey,
    Buffer.from(OURS.privateKey).toString("base64"),
    SMALL_KEY,
    CURVE_KEY,
  ]) {
    equal(accepts(key), false, key.slice(0, 60));
  }
});

test("Wix's own library agrees on random tokens, keys and mutations, and reads the same", async () => {
  const library = createClient({
    auth: AppStrategy({ appId: "app", publicKey: OURS.publicKey }),
    modules: {},
  }).webhooks;
  const seen = { authentic: 0, forged: 0 };
  const both = () => seen.authentic > 15 && seen.forged > 50;
  // Chance may give few of one kind: then a few rounds more.
  for (let round = 0; round < (THOROUGH ? 3_000 : 200) || (!both() && round < 5_000); round++) {
    const body = randomToken();
    const ours = await verdict(body);
    const theirs = await library.parseJWT(body).catch(() => undefined);
    equal(ours === "authentic", theirs !== undefined, body);
    seen[theirs ? "authentic" : "forged"] += 1;
    if (!theirs) continue;
    const { eventType, instanceId, payload } = readEvent(Buffer.from(body));
    deepEqual({ eventType, instanceId, payload }, pick(theirs));
  }
  // Both verdicts were compared, not one of them alone.
  equal(both(), true, JSON.stringify(seen));
});

const pick = ({ eventType, instanceId, payload }: { eventType: string; instanceId: string; payload: unknown }) => ({
  ...{ eventType, instanceId, payload },
});

const one = <T>(...of: readonly T[]): T => of[randomInt(of.length)] as T;

/** A token with random content, often as it should be, often with one thing wrong. */
function randomToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const text = randomBytes(randomInt(40)).toString(one("latin1", "base64", "utf8"));
  const payload = { id: text, entityId: randomInt(2 ** 40), [text]: [null, true, -1.5, { text }] };
  const times = one<object>({}, { exp: now + 3_600 }, { exp: now - 3_600 }, { nbf: now + 3_600 }, { iat: now });
  const right = token(
    { ...claims({ eventType: `event ${text}`, payload }), ...times },
    {
      privateKey: one(OURS, OURS, OURS, OTHERS).privateKey,
      header: { alg: one("RS256", "RS256", "RS256", "RS256", "RS512", "HS256", "none") },
    },
  );
  return one<(token: string) => string>(
    (same) => same,
    (same) => same,
    (same) => same,
    mutated,
    (whole) => whole.slice(0, randomInt(whole.length)),
    (whole) => whole.split(".").reverse().join("."),
    (whole) => `${whole.split(".").slice(0, 2).join(".")}.${randomBytes(256).toString("base64url")}`,
  )(right);
}

/** One letter replaced. Not the last, whose lowest bits a library may ignore: see the test of spellings. */
function mutated(whole: string): string {
  const at = randomInt(whole.length - 1);
  return `${whole.slice(0, at)}${one("A", "z", "0", "_", "-", ".", "+", "é")}${whole.slice(at + 1)}`;
}
