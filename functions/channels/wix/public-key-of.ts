import { createPublicKey, type KeyObject } from "node:crypto";

/** Of a key that RS256 is secure with: RFC 7518, 3.3. */
const SHORTEST_KEY = 2048;

/**
 * The app's public key, from its PEM or from the base64 of its PEM: Wix's own library takes both.
 * @returns undefined if the text is neither, or the key is no RSA key of 2,048 bits or more
 */
export function publicKeyOf(text: string): KeyObject | undefined {
  const pem = text.includes("-----BEGIN") ? text.replaceAll("\\n", "\n") : Buffer.from(text, "base64").toString();
  // A private key would do too, and its public half be derived: such a secret must not be kept here.
  if (!pem.includes("-----BEGIN PUBLIC KEY-----")) return undefined;
  try {
    const key = createPublicKey(pem);
    const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) >= SHORTEST_KEY;
    return key.asymmetricKeyType === "rsa" && isLong ? key : undefined;
  } catch {
    return undefined;
  }
}
