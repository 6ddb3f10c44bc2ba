import * as z from "zod/mini";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import { throttled } from "./answers.ts";
import type { Secret } from "./settings.ts";

/** `type` hints at other answers, none of which is documented. */
const LoggedIn = z.object({ type: z.optional(z.literal("SUCCESS")), accessToken: z.string().check(z.minLength(1)) });
const Claims = z.object({ exp: z.number() });

/** Renewed so long before it ends, ms; less where it does not live that long. */
const EARLY = 5 * 60_000;
const MEMORY = "s2 session";

/** A login that is under way, or done. Shared by all records of an environment. */
class Session {
  readonly secret: Secret;
  readonly token: Promise<string>;
  readonly since: number;

  constructor(secret: Secret, token: Promise<string>, since: number) {
    this.secret = secret;
    this.token = token;
    this.since = since;
  }
}

/**
 * Makes a call with a token: the environment's, or a new one where there is none, it ends soon, or S2 says 401. Renewed
 * once a call, by one login however many calls ask.
 * @param send makes the call, and may be called twice: the first was then refused with 401
 * @throws Misconfigured, Throttled, Unavailable for the login
 */
export async function withToken(
  secret: Secret,
  tools: Tools,
  send: (token: string) => Promise<HttpAnswer>,
): Promise<{ answer: HttpAnswer; token: string }> {
  const first = await currentToken(secret, tools);
  const answer = await send(first);
  if (answer.status !== 401) return { answer, token: first };
  tools.count("relogin");
  const second = await currentToken(secret, tools, first);
  return { answer: await send(second), token: second };
}

/** @param refused a token that S2 no longer takes */
async function currentToken(secret: Secret, tools: Tools, refused?: string): Promise<string> {
  const kept = tools.memory.get(MEMORY);
  if (kept instanceof Session && isSame(kept.secret, secret)) {
    // A login that failed is nobody's: whoever comes next tries anew.
    const token = await kept.token;
    if (token !== refused && !endsSoon(token, kept.since, tools.now())) return token;
    // Meanwhile somebody else may have begun a new one.
    if (tools.memory.get(MEMORY) !== kept) return currentToken(secret, tools, refused);
  }
  const session = new Session(secret, login(secret, tools), tools.now());
  tools.memory.set(MEMORY, session);
  session.token.catch(() => {
    if (tools.memory.get(MEMORY) === session) tools.memory.delete(MEMORY);
  });
  return session.token;
}

const isSame = (a: Secret, b: Secret): boolean =>
  a.baseUrl === b.baseUrl && a.email === b.email && a.password === b.password;

/** The token is a JWT whose end can be read; one that cannot be read lives until S2 says 401. */
function endsSoon(token: string, since: number, now: number): boolean {
  try {
    const claims = Claims.parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));
    const end = claims.exp * 1000;
    return now >= end - Math.min(EARLY, (end - since) / 10);
  } catch {
    return false;
  }
}

async function login({ baseUrl, email, password }: Secret, tools: Tools): Promise<string> {
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `${baseUrl}/login`,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ email, password }),
    }),
  );
  const { status } = answer;
  if (status === 429) throw throttled(answer, tools);
  // No body in the reason: it may quote the password.
  if (status >= 400 && status < 500 && status !== 408)
    throw new Misconfigured(`S2 refused the login with HTTP ${status}.`);
  if (status < 200 || status >= 300) throw new Unavailable(`S2 answered the login with HTTP ${status}.`);
  const loggedIn = readAnswer(answer, LoggedIn);
  if (loggedIn && /^[\x21-\x7e]+$/.test(loggedIn.accessToken)) return loggedIn.accessToken;
  throw new Unavailable(`S2 answered the login with HTTP ${status} and no token we can read.`);
}
