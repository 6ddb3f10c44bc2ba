import * as z from "zod/mini";
import { type AccessToken, accessToken, type Grant } from "../../../shared/connector/access-token.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { throwUnlessAccepted } from "./answers.ts";
import { hash } from "./memo.ts";
import type { Secret, Settings } from "./settings.ts";

const Login = z.object({ key: z.string().check(z.regex(/^[\x21-\x7e]+$/)) });

/** Makes calls with a key. */
export type Session = Pick<AccessToken, "call" | "used">;

/** With the secret's API key, or with that of a login (reference/providers.md 4.1). */
export function openSession(account: Account<Settings, Secret>, tools: Tools): Session {
  const { destination, secret, settings } = account;
  const { baseUrl, apiKey, username = "", password = "", tokenKey } = secret;
  // No login gives a newer one.
  if (apiKey !== undefined) return { call: (send) => send(apiKey), used: () => [apiKey] };
  return accessToken(
    {
      name: `session ${hash(JSON.stringify([destination, baseUrl, username])).slice(0, 40)}`,
      credentials: [baseUrl, settings.loginPath, username, password],
      key: tokenKey,
      login: () => login(account, tools),
    },
    tools,
  );
}

async function login({ destination, secret, settings }: Account<Settings, Secret>, tools: Tools): Promise<Grant> {
  const { baseUrl, username, password = "" } = secret;
  const answer = await answerToRead(
    tools.http({
      method: "POST",
      url: `${baseUrl}${settings.loginPath}`,
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({ username, password }),
    }),
  );
  const { status } = answer;
  if (status === 400 || status === 401) {
    throw new Misconfigured(`Omnitron refuses username and password of ${destination}: correct them in its secret.`);
  }
  throwUnlessAccepted(answer, { destination, tools, quote: ({ text }) => quoteAnswer(text, [password]) });
  const access = status >= 200 && status < 300 ? readAnswer(answer, Login)?.key : undefined;
  if (access === undefined) throw new Unavailable(`Omnitron answered the login with ${status} and no key.`);
  return { access, expiresAt: tools.now() + settings.tokenFor };
}
