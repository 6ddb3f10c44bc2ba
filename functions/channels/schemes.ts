import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import { hmacSha256, isSame } from "../../shared/connector/hmac.ts";
import type { EndpointContext, KeyRequest, SignedRequest, Verification } from "./channel.ts";

type Bytes = string | Uint8Array;

/** Any of the keys is enough: two while one is rotated. */
export interface SigningSecrets {
  signingSecrets: readonly string[];
}

interface HmacScheme<Secret> {
  /** In lower case. Of several names, the first one present counts, whether or not its signature matches. */
  header: string | readonly string[];
  /** Hex is lower case. */
  encoding: "base64" | "hex";
  /** The signed parts in order. Default: the body. Undefined if a part is missing: the request is forged. */
  signs?(request: SignedRequest, endpoint: EndpointContext<Secret>): readonly Bytes[] | undefined;
  /** The key's bytes. Default: the text in UTF-8. */
  key?(signingSecret: string): Bytes;
  /** Default: `body`. */
  covers?: Verification<Secret>["covers"];
}

/**
 * A keyed hash in a header: HMAC-SHA256 over the raw bytes. Compares the encoded texts: after decoding base64 or hex,
 * many texts would pass for one signature.
 */
export function hmac<Secret extends SigningSecrets>({
  header,
  encoding,
  signs = ({ body }) => [body],
  key = (text) => text,
  covers = "body",
}: HmacScheme<Secret>): Verification<Secret> {
  const names = typeof header === "string" ? [header] : header;
  return {
    covers,
    verify(request, endpoint) {
      const given = names.map((name) => request.headers[name]).find((value) => value !== undefined);
      const parts = signs(request, endpoint);
      if (given === undefined || parts === undefined) return "forged";
      const matches = (text: string) => isSame(given, hmacSha256(key(text), parts).toString(encoding));
      return endpoint.secret.signingSecrets.some(matches) ? "authentic" : "forged";
    },
  };
}

/** Seconds, as in the specification's own libraries. */
const TOLERANCE = 300;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const PREFIX = /^wh(?:sec|pk)_/;
const bytesOf = (key: string): Buffer => Buffer.from(key.replace(PREFIX, ""), "base64");

/**
 * Whether a text is a key as the specification writes it: `whsec_` and base64, or `whpk_` and the base64 of 32 bytes.
 */
export function isStandardKey(key: string): boolean {
  if (!PREFIX.test(key) || !BASE64.test(key.replace(PREFIX, ""))) return false;
  const { length } = bytesOf(key);
  return key.startsWith("whpk_") ? length === 32 : length > 0;
}

/**
 * Standard Webhooks, by either family of headers (`webhook-…`, `svix-…`): `v1` by a shared key, `v1a` by an ed25519
 * key.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param key bytes of a shared key. Default: the base64 after `whsec_`; BigCommerce signs with the text itself
 */
export function standardWebhooks<Secret extends SigningSecrets>({
  key = bytesOf,
}: {
  key?(signingSecret: string): Bytes;
} = {}): Verification<Secret> {
  return {
    covers: "body",
    verify({ headers, body }, { secret: { signingSecrets }, now }) {
      const family = headers["webhook-id"] === undefined ? "svix" : "webhook";
      const id = headers[`${family}-id`] ?? "";
      const timestamp = headers[`${family}-timestamp`] ?? "";
      // The specification forbids the point in an ID: with it `id.timestamp.body` could be cut in another place.
      if (id === "" || id.includes(".") || !/^\d{1,15}$/.test(timestamp)) return "forged";
      if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > TOLERANCE) return "forged";

      const signed = [`${id}.${timestamp}.`, body];
      const signatures = (headers[`${family}-signature`] ?? "").split(" ").map((each) => each.split(","));
      const given = (version: string) =>
        signatures.flatMap(([name, value, ...more]) => (name === version && value && more.length === 0 ? value : []));
      const matches = (text: string) => {
        if (text.startsWith("whpk_")) return given("v1a").some((signature) => isEd25519(text, signed, signature));
        const expected = hmacSha256(key(text), signed).toString("base64");
        return given("v1").some((signature) => isSame(signature, expected));
      };
      return signingSecrets.some(matches) ? "authentic" : "forged";
    },
  };
}

function isEd25519(key: string, parts: readonly Bytes[], signature: string): boolean {
  const bytes = BASE64.test(signature) ? Buffer.from(signature, "base64") : undefined;
  const publicKey = bytes?.length === 64 ? ed25519Key(bytesOf(key)) : undefined;
  if (!bytes || !publicKey) return false;
  return verifySignature(null, Buffer.concat(parts.map((part) => Buffer.from(part))), publicKey, bytes);
}

function ed25519Key(bytes: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** A signature, and how to fetch its key. */
interface FetchedSignature {
  key: KeyRequest;
  signature: Uint8Array;
}

interface FetchedKeyScheme<Secret> {
  /** As OpenSSL names it: `sha256`, `sha1`. The kind of key says the rest. */
  algorithm: string;
  /** The signatures of a request; one valid signature is enough. Without any, the request is forged. */
  signatures(request: SignedRequest, endpoint: EndpointContext<Secret>): readonly FetchedSignature[];
  /** Extracts the PEM from the answer of the key's address. Default: the whole answer. */
  pem?(answer: string): string;
  /** Default: `body`. */
  covers?: Verification<Secret>["covers"];
}

/**
 * A signature by a private key of the sender, whose public key is fetched from a host of the channel.
 * @throws KeyUnavailable
 */
export function signedByFetchedKey<Secret>({
  algorithm,
  signatures,
  pem = (answer) => answer,
  covers = "body",
}: FetchedKeyScheme<Secret>): Verification<Secret> {
  return {
    covers,
    async verify(request, endpoint) {
      for (const { key, signature } of signatures(request, endpoint)) {
        const answer = await endpoint.fetchKey(key);
        if (answer === undefined) continue;
        if (verifySignature(algorithm, request.body, createPublicKey(pem(answer)), signature)) return "authentic";
      }
      return "forged";
    },
  };
}

/** A key in the address itself, for channels that sign nothing. It proves nothing about the request. */
export interface UrlKey {
  key: string;
  /** Accepted too, while the operator changes the address at the channel. */
  formerKey?: string | undefined;
}

/** @param param `key` of `?key=…` */
export function urlKey<Secret extends UrlKey>({ param }: { param: string }): Verification<Secret> {
  return {
    covers: "nothing",
    verify({ query }, { secret: { key, formerKey } }) {
      const given = Object.hasOwn(query, param) ? query[param] : undefined;
      if (given === undefined) return "forged";
      return [key, formerKey].some((known) => known !== undefined && isSame(given, known)) ? "authentic" : "forged";
    },
  };
}
