import { createHash, createPublicKey, sign } from "node:crypto";
import type { EndpointSecret } from "../../channel-simulator.ts";

const publicKeyOf = (privateKey: string) =>
  createPublicKey(privateKey).export({ format: "pem", type: "spki" }).toString();

/** eBay names a key by a UUID. */
function keyId(privateKey: string): string {
  const hex = createHash("sha256").update(publicKeyOf(privateKey)).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** `X-EBAY-SIGNATURE`: base64 of JSON with an ECDSA signature of the body, in base64 of DER. */
export function signedHeaders(body: string, { privateKey = "" }: EndpointSecret): Record<string, string> {
  const signature = sign("sha1", Buffer.from(body), privateKey).toString("base64");
  const parts = { alg: "ecdsa", kid: keyId(privateKey), signature, digest: "SHA1" };
  return {
    "content-type": "application/json",
    "x-ebay-signature": Buffer.from(JSON.stringify(parts)).toString("base64"),
  };
}

/** What `getPublicKey` answers: a PEM without line breaks. Undefined for the ID of no key. */
export function publicKeyAnswer(id: string, { privateKey = "" }: EndpointSecret): object | undefined {
  if (privateKey === "" || id !== keyId(privateKey)) return undefined;
  return { key: publicKeyOf(privateKey).replaceAll("\n", ""), algorithm: "ECDSA", digest: "SHA1" };
}
