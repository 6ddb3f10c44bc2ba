import * as z from "zod/mini";
import { type AccessToken, accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import { throttled } from "./answers.ts";
import type { Secret } from "./settings.ts";

/** `type` hints at other answers, none of which is documented. */
const LoggedIn = z.object({
  type: z.optional(z.literal("SUCCESS")),
  accessToken: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
});
const Claims = z.object({ exp: z.number() });

/** Renewed so long before it ends, ms. */
const EARLY = 5 * 60_000;

/** `POST /login` (reference/providers.md 2.1). Each environment logs in by itself. */
export const openSession = (secret: Secret, tools: Tools): AccessToken =>
  accessToken(
    {
      name: "s2 session",
      credentials: [secret.baseUrl, secret.email, secret.password],
      early: EARLY,
      login: () => login(secret, tools),
    },
    tools,
  );

async function login({ baseUrl, email, password }: Secret, tools: Tools): Promise<Grant> {
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
  const access = readAnswer(answer, LoggedIn)?.accessToken;
  if (access !== undefined) return { access, expiresAt: endOf(access) };
  throw new Unavailable(`S2 answered the login with HTTP ${status} and no token we can read.`);
}

/** The token is a JWT whose end can be read; one that cannot be read lives until S2 says 401. */
function endOf(token: string): number | undefined {
  try {
    return Claims.parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())).exp * 1000;
  } catch {
    return undefined;
  }
}
