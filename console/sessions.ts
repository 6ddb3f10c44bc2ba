import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Who may see the page. */
export interface Sessions {
  /** A new token for one opening of the page; the one before it is void. */
  token(): string;
  /** @returns the session's key for its cookie, undefined where the token is wrong, used or void */
  open(token: string): string | undefined;
  /** Whether the cookie is of a session of this run of the server. */
  knows(session: string | undefined): boolean;
  /** Proof that a request was made by our page of this session. */
  csrf(session: string): string;
  isCsrf(session: string, proof: string | undefined): boolean;
}

/** Sessions live in memory and end with the server. */
export function createSessions(): Sessions {
  const key = randomBytes(32);
  const sessions = new Set<string>();
  let token: string | undefined;
  const csrf = (session: string): string => createHmac("sha256", key).update(session).digest("base64url");
  return {
    token() {
      token = randomBytes(24).toString("base64url");
      return token;
    },
    open(given) {
      if (token === undefined || !isSame(given, token)) return undefined;
      token = undefined;
      const session = randomBytes(24).toString("base64url");
      sessions.add(session);
      return session;
    },
    knows: (session) => session !== undefined && sessions.has(session),
    csrf,
    isCsrf: (session, proof) => proof !== undefined && isSame(proof, csrf(session)),
  };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
