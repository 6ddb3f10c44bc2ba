import * as z from "zod/mini";
import { type AccessToken, accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { isSuccess } from "../../../shared/connector/answer-table.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { loginError } from "./answers.ts";
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
  const access = isSuccess(answer) ? readAnswer(answer, LoggedIn)?.accessToken : undefined;
  if (access === undefined) throw loginError(answer, tools);
  return { access, expiresAt: endOf(access) };
}

/** The token is a JWT whose end can be read; one that cannot be read lives until S2 says 401. */
function endOf(token: string): number | undefined {
  try {
    return Claims.parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())).exp * 1000;
  } catch {
    return undefined;
  }
}
