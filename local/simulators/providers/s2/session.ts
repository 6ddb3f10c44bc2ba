import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";

/** The claims of the document's example token. */
interface Claims {
  aud: string;
  iss: string;
  userId: string;
  userVersion: number;
  /** Unix seconds. */
  exp: number;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Issues JWTs (HS256) and verifies them. */
export function createSessions(userId: string, now: () => number) {
  const key = createSecretKey(randomBytes(32));
  let userVersion = 1;
  const sign = (text: string): Buffer => createHmac("sha256", key).update(text).digest();

  return {
    issue(lifetimeSeconds: number): string {
      const exp = Math.floor(now() / 1000 + lifetimeSeconds);
      const claims: Claims = { aud: "s2core", iss: "s2core", userId, userVersion, exp };
      const text = `${encode({ typ: "JWT", alg: "HS256" })}.${encode(claims)}`;
      return `${text}.${sign(text).toString("base64url")}`;
    },

    isValid(token: string | undefined): boolean {
      const [header = "", payload = "", signature = "", ...more] = (token ?? "").split(".");
      const given = Buffer.from(signature, "base64url");
      const expected = sign(`${header}.${payload}`);
      if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      // The signature is ours, so the claims are safe to read.
      const claims: Claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      return claims.userVersion === userVersion && now() < claims.exp * 1000;
    },

    /** Tokens carry the user's version, so a new version invalidates all earlier tokens. */
    expireAll(): void {
      userVersion += 1;
    },
  };
}
