import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { shopify } from "../../functions/channels/shopify/index.ts";
import { fixture, hmac, verify } from "../support/deliveries.ts";

const SECRET = "order-relay-sample-secret";
const body = fixture("shopify/fixtures/orders-updated.json");
const headers: Record<string, string> = JSON.parse(fixture("shopify/fixtures/orders-updated.headers.json").toString());

const isAuthentic = (
  headers: Record<string, string>,
  bytes: string | Uint8Array = body,
  signingSecrets: string[] = [SECRET],
) => verify(shopify, { headers, body: bytes }, { signingSecrets }) === "authentic";
const signed = (value: string) => ({ "x-shopify-hmac-sha256": value });
const right = hmac(SECRET, body);

test("Shopify's own vectors are authentic", () => {
  // Shopify/shopify-app-js and bold-commerce/go-shopify; reference/channels.md 4.1
  ok(isAuthentic(signed("B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="), '{"foo": "bar"}', ["test_secret_key"]));
  ok(isAuthentic(signed("hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI="), '"my secret message"', ["hush"]));
});

test("the sample delivery is authentic, by either family of headers", () => {
  ok(isAuthentic(headers));
  ok(isAuthentic({ "shopify-hmac-sha256": right }));
});

test("where both families are present the newer one counts", () => {
  ok(isAuthentic({ "shopify-hmac-sha256": right, "x-shopify-hmac-sha256": "none" }));
  equal(isAuthentic({ "shopify-hmac-sha256": "none", "x-shopify-hmac-sha256": right }), false);
});

test("any of several keys will do: a rotation, a webhook made in the admin", () => {
  ok(isAuthentic(signed(right), body, ["newer", SECRET]));
  ok(isAuthentic(signed(right), body, [SECRET, "former"]));
  equal(isAuthentic(signed(right), body, ["newer", "former"]), false);
});

test("every single altered byte is noticed, and one more, and one less", () => {
  const short = Buffer.from('{"id":820982911946154508}');
  const signature = signed(hmac(SECRET, short));
  ok(isAuthentic(signature, short));
  for (let at = 0; at < short.length; at++) {
    const altered = Buffer.from(short);
    altered[at] = (altered[at] ?? 0) ^ 1;
    equal(isAuthentic(signature, altered), false, `byte ${at}`);
  }
  equal(isAuthentic(signature, Buffer.concat([short, Buffer.from("\n")])), false);
  equal(isAuthentic(signature, short.subarray(0, -1)), false);
  equal(isAuthentic(signature, ""), false);
});

test("nothing but the one spelling of the signature passes", () => {
  const wrong = [
    "",
    " ",
    "null",
    right.slice(0, -1),
    right.slice(0, 10),
    `${right}=`,
    `${right} `,
    `${right},${right}`,
    right.replace("=", ""),
    right.toLowerCase(),
    hmac(SECRET, body, "hex"),
    Buffer.from(right).toString("base64"),
    right.replaceAll("+", "-").replaceAll("/", "_").replace("=", ""),
    `\u0000${right.slice(1)}`,
    `${right.slice(0, -2)}\u{1F511}`,
    "\u00e9".repeat(right.length),
  ];
  for (const value of wrong.filter((value) => value !== right)) equal(isAuthentic(signed(value)), false, value);
  equal(isAuthentic({}), false);
  equal(isAuthentic({ "x-shopify-hmac-sha1": right }), false);
});

test("an unsigned empty body is forged, a signed one authentic", () => {
  equal(isAuthentic(signed(""), ""), false);
  ok(isAuthentic(signed(hmac(SECRET, "")), ""));
});

test("bytes that are no UTF-8 are signed as they are", () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3]);
  ok(isAuthentic(signed(hmac(SECRET, bytes)), bytes));
  equal(isAuthentic(signed(hmac(SECRET, bytes)), bytes.toString("utf8")), false);
});

test("a secret without a key, or with an empty one, is not taken", () => {
  for (const secret of [{}, { signingSecrets: [] }, { signingSecrets: [""] }, { signingSecrets: "text" }, null, []]) {
    equal(shopify.secret.safeParse(secret).success, false, JSON.stringify(secret));
  }
  ok(shopify.secret.safeParse({ signingSecrets: [SECRET], url: "https://example.com" }).success);
});

test("a key that can be guessed is not taken: fewer than 16 characters", () => {
  const taken = (key: string) => shopify.secret.safeParse({ signingSecrets: [SECRET, key] }).success;
  ok(taken("0123456789abcdef"));
  for (const key of ["a", "0123456789abcde"]) equal(taken(key), false, key);
});
