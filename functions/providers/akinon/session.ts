import * as z from "zod/mini";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { throwUnlessAccepted } from "./answers.ts";
import type { Secret, Settings } from "./settings.ts";

const Login = z.object({ key: z.string().check(z.regex(/^[\x21-\x7e]+$/)) });

/** Held in the environment's memory: the login under way is shared by all records of a batch. */
class Held {
  token: Promise<string> | undefined;
  /** The last ones, to be struck out of what a server repeats. */
  seen: string[] = [];
}

/** Keys of `Authorization`, got by login and renewed when the server takes them no more. */
export interface Session {
  /** `Authorization` for the next call. @throws Misconfigured, Unavailable, Throttled of the login */
  authorization(): Promise<string>;
  /** After a 401 to `refused`: a newer one, which another record or environment may have got already. */
  renewed(refused: string): Promise<string>;
  /** What a server says, for the ledger: it may repeat what we sent. */
  quote(answer: HttpAnswer): string;
}

/** `POST /api/v1/auth/login/` (reference/providers.md 4.1). */
export function openSession({ destination, settings, secret }: Account<Settings, Secret>, tools: Tools): Session {
  const name = `session ${destination} ${secret.baseUrl} ${secret.username}`;
  const shared = secret.tokenKey === undefined ? undefined : tools.sealedCache(secret.tokenKey);
  const known = tools.memory.get(name);
  const held = known instanceof Held ? known : new Held();
  tools.memory.set(name, held);

  /** One at a time; a failed one is not remembered. */
  function hold(get: () => Promise<string>): Promise<string> {
    const token = get();
    held.token = token;
    token.then(
      (newest) => {
        held.seen = [...held.seen, newest].slice(-5);
      },
      () => {
        if (held.token === token) held.token = undefined;
      },
    );
    return token;
  }

  const quote = ({ text }: HttpAnswer) => quoteAnswer(text, [secret.password, ...held.seen]);

  async function login(): Promise<string> {
    const { username, password } = secret;
    const answer = await answerToRead(
      tools.http({
        method: "POST",
        url: `${secret.baseUrl}/api/v1/auth/login/`,
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify({ username, password }),
      }),
    );
    if (answer.status === 400 || answer.status === 401) {
      throw new Misconfigured(
        `Omnitron does not take username and password of ${destination}: mend them in its secret.`,
      );
    }
    throwUnlessAccepted(answer, { destination, tools, quote });
    const token = isSuccess(answer) ? readAnswer(answer, Login)?.key : undefined;
    if (token === undefined) throw new Unavailable(`Omnitron answered the login with ${answer.status} and no key.`);
    await shared?.put(name, token, settings.tokenFor);
    return token;
  }

  const written = (token: string) => (settings.authorization === "token" ? `Token ${token}` : token);

  return {
    quote,
    async authorization() {
      const first = async () => (await shared?.get(name, z.string())) ?? (await login());
      return written(await (held.token ?? hold(first)));
    },
    async renewed(refused) {
      const current = held.token;
      const token = await current?.catch(() => undefined);
      if (token !== undefined && written(token) !== refused) return written(token);
      // Whoever came first has replaced it while we waited.
      if (held.token !== undefined && held.token !== current) return written(await held.token);
      return written(
        await hold(async () => {
          const other = await shared?.get(name, z.string());
          if (other !== undefined && written(other) !== refused) return other;
          tools.count("relogin");
          return login();
        }),
      );
    },
  };
}

const isSuccess = ({ status }: HttpAnswer) => status >= 200 && status < 300;
