import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { parseJson } from "../../../shared/json.ts";
import {
  type Authentication,
  type EndpointContext,
  type KeyRequest,
  KeyUnavailable,
  type SignedRequest,
  type Verification,
} from "../channel.ts";
import { signedByFetchedKey } from "../schemes.ts";
import { basicOf, hostsOf } from "./hosts-of.ts";
import type { Secret } from "./settings.ts";

const HEADER = "x-ebay-signature";
/** A key ID and the signature of a P-256 key, in base64 in JSON in base64, have about 300 characters. */
const LONGEST_HEADER = 1_000;
/** An application's token lasts two hours. eBay gives 1,000 of them a day. */
const TOKEN_AGE = 110 * 60_000;

const pinned = (value: string) => z.string().check(z.refine((text) => text.toLowerCase() === value));
const Signature = z.object({
  alg: pinned("ecdsa"),
  digest: pinned("sha1"),
  /** It becomes a part of the address that is called. */
  kid: z.string().check(z.regex(/^[\w-]{1,100}$/)),
  signature: z.string(),
});
/** https://developer.ebay.com/api-docs/sell/notification/resources/public_key/methods/getPublicKey */
const PublicKey = z.object({ algorithm: pinned("ecdsa"), digest: pinned("sha1"), key: z.string() });
const Token = z.object({ access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)) });

function read<T>(text: string, schema: z.ZodMiniType<T>): T | undefined {
  try {
    return z.safeParse(schema, parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/** Of exactly this text: Node's decoder skips what is no base64, so that many texts would pass for one signature. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && bytes.toString("base64") === text ? bytes : undefined;
}

function signaturesOf({ headers }: SignedRequest, endpoint: EndpointContext<Secret>) {
  const header = headers[HEADER] ?? "";
  const decoded = header.length > LONGEST_HEADER ? undefined : bytesOf(header);
  const given = decoded && read(decoded.toString(), Signature);
  const signature = given && bytesOf(given.signature);
  if (!given || !signature) return [];
  const key: KeyRequest = {
    url: `${hostsOf(endpoint.secret).api}/commerce/notification/v1/public_key/${given.kid}`,
    headers: async () => ({ accept: "application/json", authorization: `Bearer ${await tokenOf(endpoint)}` }),
  };
  return [{ key, signature }];
}

/**
 * The application's token, which only a key that is not cached needs.
 * https://developer.ebay.com/api-docs/static/oauth-client-credentials-grant.html
 */
async function tokenOf({ secret, fetchKey }: EndpointContext<Secret>): Promise<string> {
  const { api } = hostsOf(secret);
  const answer = await fetchKey({
    method: "POST",
    url: `${api}/identity/v1/oauth2/token`,
    headers: { "content-type": "application/x-www-form-urlencoded", authorization: basicOf(secret) },
    // The scope has the same name in the sandbox.
    body: `${new URLSearchParams({ grant_type: "client_credentials", scope: "https://api.ebay.com/oauth/api_scope" })}`,
    maxAge: TOKEN_AGE,
  });
  const token = read(answer ?? "", Token)?.access_token;
  if (token === undefined) throw new KeyUnavailable(`${new URL(api).host} gave the application no token`);
  return token;
}

const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/;

/** The key comes without line breaks. @returns "" if it is none for ECDSA with SHA-1 */
function pemOf(answer: string): string {
  const [, base64 = ""] = PEM.exec(read(answer, PublicKey)?.key ?? "") ?? [];
  const lines = base64.replace(/\s/g, "").match(/.{1,64}/g) ?? [];
  return lines.length === 0 ? "" : `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}

const signed = signedByFetchedKey<Secret>({ algorithm: "sha1", signatures: signaturesOf, pem: pemOf });

/** Without the white space between the JSON's tokens. Each token stays as it was sent. */
function compact(body: Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(body)
      .toString()
      .replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1"),
  );
}

/** eBay's own are UUIDs or hexadecimal. */
const CHALLENGE = /^[\w.~-]{1,200}$/;

/**
 * Sent when a destination is made or changed. The order of the three parts is part of the rule.
 * https://developer.ebay.com/marketplace-account-deletion
 */
function challengeAnswer({ query }: SignedRequest, { secret, url }: EndpointContext<Secret>): Authentication {
  const code = Object.hasOwn(query, "challenge_code") ? (query["challenge_code"] ?? "") : "";
  if (url === undefined || !CHALLENGE.test(code)) return "unsigned";
  const challengeResponse = createHash("sha256")
    .update(code)
    .update(secret.verificationToken)
    .update(url)
    .digest("hex");
  return { answer: { body: JSON.stringify({ challengeResponse }), contentType: "application/json" } };
}

/** `X-EBAY-SIGNATURE`: ECDSA with SHA-1 over the body, by a key that eBay names and answers. */
export const verification: Verification<Secret> = {
  methods: ["GET", "POST"],
  covers: signed.covers,
  needsUrl: true,
  async verify(request, endpoint) {
    if (request.method === "GET") return challengeAnswer(request, endpoint);
    const verdict = await signed.verify(request, endpoint);
    if (verdict !== "forged" || endpoint.secret.reformatted !== "accept") return verdict;
    return signed.verify({ ...request, body: compact(request.body) }, endpoint);
  },
};
