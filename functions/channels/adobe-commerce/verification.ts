import * as z from "zod/mini";
import { parseJson } from "../../../shared/json.ts";
import type { Authentication, KeyRequest, SignedRequest, Verification } from "../channel.ts";
import { signedByFetchedKey } from "../schemes.ts";
import type { Secret } from "./settings.ts";

/** Adobe signs with two keys, so that it can replace one: either signature is enough. */
const KEYS = ["1", "2"] as const;
/** Adobe wants a key kept for no more than a day. */
const KEY_AGE = 86_400_000;
/** `/prod/keys/pub-key-lyTiz3gQe4.pem`. The header is not signed: the path must not lead to another host or folder. */
const KEY_PATH = /^(?:\/[\w-]{1,40}){1,4}\/[\w-]{1,100}\.pem$/;
/** Base64 of an RSA signature: 344 characters for a key of 2,048 bits. */
const LONGEST_SIGNATURE = 1_400;

function signaturesOf({ headers }: SignedRequest): { key: KeyRequest; signature: Buffer }[] {
  return KEYS.flatMap((n) => {
    const path = headers[`x-adobe-public-key${n}-path`];
    const signature = bytesOf(headers[`x-adobe-digital-signature-${n}`]);
    if (path === undefined || !KEY_PATH.test(path) || signature === undefined) return [];
    return [{ key: { url: `https://static.adobeioevents.com${path}`, maxAge: KEY_AGE }, signature }];
  });
}

/** Of exactly this text: Node's decoder skips what is no base64, so that many texts would pass for one signature. */
function bytesOf(text: string | undefined): Buffer | undefined {
  if (!text || text.length > LONGEST_SIGNATURE) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

const signed = signedByFetchedKey<Secret>({ algorithm: "sha256", signatures: signaturesOf });

const Recipient = z.object({ recipient_client_id: z.string() });

/** Adobe signs the events of all its customers with the same keys: only the recipient in the body says whose it is. */
function isForUs({ body }: SignedRequest, clientIds: readonly string[]): boolean {
  try {
    const json = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return clientIds.includes(z.safeParse(Recipient, json).data?.recipient_client_id ?? "");
  } catch {
    return false;
  }
}

/** Adobe's own are UUIDs. Only such a text is repeated, as plain text. */
const CHALLENGE = /^[\w.~-]{1,200}$/;

/** Sent when an address is registered. Our answer proves that the address is ours. */
function challengeAnswer({ query }: SignedRequest): Authentication {
  const challenge = Object.hasOwn(query, "challenge") ? (query["challenge"] ?? "") : "";
  return CHALLENGE.test(challenge) ? { answer: { body: challenge } } : "unsigned";
}

const LONGEST_VALIDATION = 2_000;
const VALIDATION = /^\s*\{\s*"validationUrl"\s*:\s*"https:\/\/[^"\\\s]+"\s*\}\s*$/;

/**
 * What Adobe posts, unsigned, if the challenge was not answered: an address that a person may open within 5 minutes. It
 * wants 200, and is never opened by us: anybody can send it.
 */
const isValidation = ({ body }: SignedRequest): boolean =>
  body.length <= LONGEST_VALIDATION && VALIDATION.test(new TextDecoder().decode(body));

/** https://developer.adobe.com/events/docs/guides/#security-considerations */
export const verification: Verification<Secret> = {
  methods: ["GET", "POST"],
  covers: signed.covers,
  verify(request, endpoint) {
    if (request.method === "GET") return challengeAnswer(request);
    if (isValidation(request)) return { answer: {} };
    if (signaturesOf(request).length === 0) return "unsigned";
    // Before a key is fetched, so that fewer invented requests make us fetch one.
    return isForUs(request, endpoint.secret.clientIds) ? signed.verify(request, endpoint) : "forged";
  },
};
