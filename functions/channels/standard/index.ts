import { createPublicKey, type KeyObject, verify } from "node:crypto";
import * as z from "zod/mini";
import { hmacSha256, isSame } from "../../../shared/connector/hmac.ts";
import { defineChannel } from "../channel.ts";

/** Seconds; what the specification's own libraries allow. */
const TOLERANCE = 300;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const PREFIX = /^wh(?:sec|pk)_/;
const bytesOf = (key: string): Buffer => Buffer.from(key.replace(PREFIX, ""), "base64");

const Key = z.string().check(
  z.refine(
    (key) => PREFIX.test(key) && BASE64.test(key.replace(PREFIX, "")) && bytesOf(key).length > 0,
    "whsec_ or whpk_ and base64",
  ),
  z.refine((key) => !key.startsWith("whpk_") || bytesOf(key).length === 32, "an ed25519 public key has 32 bytes"),
);

/**
 * Any sender that signs by the Standard Webhooks specification and sends our own order JSON.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standard = defineChannel({
  name: "standard",

  secret: z.object({ signingSecrets: z.array(Key).check(z.minLength(1)) }),
  secretFields: {
    signingSecrets:
      "list: whsec_… (shared with the sender) and whpk_… (the sender's ed25519 public key), several while one is rotated",
  },

  isAuthentic({ headers, body }, { signingSecrets }, now) {
    const family = headers["webhook-id"] === undefined ? "svix" : "webhook";
    const id = headers[`${family}-id`] ?? "";
    const timestamp = headers[`${family}-timestamp`] ?? "";
    // The specification forbids the point in an ID: with it `id.timestamp.body` could be cut in another place.
    if (id === "" || id.includes(".") || !/^\d{1,15}$/.test(timestamp)) return false;
    if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > TOLERANCE) return false;

    const signatures = (headers[`${family}-signature`] ?? "").split(" ").map((each) => each.split(","));
    const signed = [`${id}.${timestamp}.`, body];
    const given = (version: string) =>
      signatures.flatMap(([name, value, ...more]) => (name === version && value && more.length === 0 ? value : []));
    return signingSecrets.some((key) => {
      if (key.startsWith("whpk_")) return given("v1a").some((signature) => isSignedWith(key, signed, signature));
      const expected = hmacSha256(bytesOf(key), signed).toString("base64");
      return given("v1").some((signature) => isSame(signature, expected));
    });
  },

  reader: () => import("./read-event.ts").then(({ readEvent }) => ({ read: readEvent })),
});

function isSignedWith(key: string, parts: (string | Uint8Array)[], signature: string): boolean {
  const bytes = BASE64.test(signature) ? Buffer.from(signature, "base64") : undefined;
  if (bytes?.length !== 64) return false;
  const publicKey = openPublicKey(bytesOf(key));
  return (
    publicKey !== undefined && verify(null, Buffer.concat(parts.map((part) => Buffer.from(part))), publicKey, bytes)
  );
}

function openPublicKey(bytes: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
  } catch {
    return undefined;
  }
}
