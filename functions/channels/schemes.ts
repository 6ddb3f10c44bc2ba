import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import { hmacSha256, isSame } from "../../shared/connector/hmac.ts";
import {
  type EndpointContext,
  type KeyRequest,
  KeyUnavailable,
  type SignedRequest,
  type Verification,
} from "./channel.ts";

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

/** What the 32 bytes of a SHA-256 look like. */
const SHA256 = { base64: /^[A-Za-z0-9+/]{43}=$/, hex: /^[0-9a-f]{64}$/ };
/** An ed25519 signature has 64 bytes. */
const ED25519 = /^[A-Za-z0-9+/]{86}(?:==)?$/;

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
      if (given === undefined || !SHA256[encoding].test(given)) return "unsigned";
      const parts = signs(request, endpoint);
      if (parts === undefined) return "forged";
      const matches = (text: string) => isSame(given, hmacSha256(key(text), parts).toString(encoding));
      return endpoint.secret.signingSecrets.some(matches) ? "authentic" : "forged";
    },
  };
}

/** Seconds, as in the specification's own libraries. */
const TOLERANCE = 300;
/** Signatures of a header that are tried: an ed25519 check takes 0.1 ms, and senders sign with a key or two. */
const MOST_SIGNATURES = 10;
/** Bytes of a shared key, by the specification. */
const SHORTEST_KEY = 24;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const PREFIX = /^wh(?:sec|pk)_/;
const bytesOf = (key: string): Buffer => Buffer.from(key.replace(PREFIX, ""), "base64");

/**
 * Whether a text is a key as the specification writes it: `whsec_` and the base64 of 24 bytes or more, or `whpk_` and
 * the base64 of 32 bytes.
 */
export function isStandardKey(key: string): boolean {
  if (!PREFIX.test(key) || !BASE64.test(key.replace(PREFIX, ""))) return false;
  const { length } = bytesOf(key);
  return key.startsWith("whpk_") ? length === 32 : length >= SHORTEST_KEY;
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
      const listed = (headers[`${family}-signature`] ?? "").split(" ", MOST_SIGNATURES);
      const signatures = listed.map((each) => each.split(","));
      const given = (version: string, form: RegExp) =>
        signatures.flatMap(([name, value = "", ...more]) =>
          name === version && form.test(value) && more.length === 0 ? value : [],
        );
      const [shared, byPrivateKey] = [given("v1", SHA256.base64), given("v1a", ED25519)];
      if (id === "" || timestamp === "" || shared.length + byPrivateKey.length === 0) return "unsigned";
      // The specification forbids the point in an ID: with it `id.timestamp.body` could be cut in another place.
      if (id.includes(".") || !/^\d{1,15}$/.test(timestamp)) return "forged";
      if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > TOLERANCE) return "forged";

      const signed = [`${id}.${timestamp}.`, body];
      let joined: Buffer | undefined;
      /** ed25519 takes the text in one piece: at most one copy of a body of 6 MB, and none without such a key. */
      const whole = () => {
        joined ??= Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
        return joined;
      };
      const matches = (text: string) => {
        if (text.startsWith("whpk_")) return byPrivateKey.some((signature) => isEd25519(text, whole(), signature));
        const expected = hmacSha256(key(text), signed).toString("base64");
        return shared.some((signature) => isSame(signature, expected));
      };
      return signingSecrets.some(matches) ? "authentic" : "forged";
    },
  };
}

function isEd25519(key: string, signed: Uint8Array, signature: string): boolean {
  const publicKey = ed25519Key(bytesOf(key));
  return publicKey !== undefined && verifySignature(null, signed, publicKey, Buffer.from(signature, "base64"));
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
  /** The signatures of a request; one valid signature is enough. Without any, the request is unsigned. */
  signatures(request: SignedRequest, endpoint: EndpointContext<Secret>): readonly FetchedSignature[];
  /** Extracts the PEM from the answer of the key's address. Default: the whole answer. */
  pem?(answer: string): string;
  /** Default: `body`. */
  covers?: Verification<Secret>["covers"];
}

/**
 * A signature by a private key of the sender, whose public key is fetched from a host of the channel. A key that is out
 * of reach, or cannot be read, does not stand in the way of another signature.
 * @throws KeyUnavailable if no signature is valid, and the key of one is out of reach
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
      const given = signatures(request, endpoint);
      let outOfReach: KeyUnavailable | undefined;
      for (const { key, signature } of given) {
        try {
          const answer = await endpoint.fetchKey(key);
          const publicKey = answer === undefined ? undefined : readKey(pem(answer));
          if (publicKey && verifySignature(algorithm, request.body, publicKey, signature)) return "authentic";
        } catch (error) {
          if (!(error instanceof KeyUnavailable)) throw error;
          outOfReach = error;
        }
      }
      if (outOfReach) throw outOfReach;
      return given.length === 0 ? "unsigned" : "forged";
    },
  };
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
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
      if (given === undefined) return "unsigned";
      return [key, formerKey].some((known) => known !== undefined && isSame(given, known)) ? "authentic" : "forged";
    },
  };
}
