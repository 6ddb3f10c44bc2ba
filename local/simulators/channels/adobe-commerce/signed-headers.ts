import { createPublicKey, sign } from "node:crypto";
import type { EndpointSecret } from "../../channel-simulator.ts";

/** Adobe signs with two keys. Both stand in the endpoint's entry of local/secrets.json, the second beside the usual one. */
const privateKeys = ({ privateKey, ...more }: EndpointSecret): string[] =>
  [privateKey, more["secondPrivateKey"]].flatMap((key) => (typeof key === "string" ? key : []));

const pathOf = (n: number): string => `/prod/keys/pub-key-order-relay-demo-${n}.pem`;

/** https://developer.adobe.com/events/docs/guides/#improved-and-resilient-security-verification-for-webhook-events */
export function signedHeaders(body: string, endpoint: EndpointSecret): Record<string, string> {
  const signatures = privateKeys(endpoint).flatMap((key, at) => [
    [`x-adobe-digital-signature-${at + 1}`, sign("RSA-SHA256", Buffer.from(body), key).toString("base64")],
    [`x-adobe-public-key${at + 1}-path`, pathOf(at + 1)],
  ]);
  return Object.fromEntries(signatures);
}

/** The PEM at a path of static.adobeioevents.com. */
export function publicKeyAt(path: string, app: EndpointSecret): string | undefined {
  const key = privateKeys(app).find((_, at) => pathOf(at + 1) === path);
  return key === undefined ? undefined : createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
}
