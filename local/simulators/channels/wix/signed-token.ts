import { createSign } from "node:crypto";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * The claims as a JWT: RS256 (RFC 7515, RFC 7518).
 * @param privateKey PEM of the key whose public half the app's page shows
 */
export function signedToken(claims: object, privateKey: string): string {
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("sha256").update(signed).sign(privateKey, "base64url")}`;
}
