import * as z from "zod/mini";
import { type HttpAnswer, HttpFailure } from "../../../shared/connector/http.ts";
import { answerToCreate, answerToRead } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { InDoubt, Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { interpretAnswer, type ReadAnswer, refusalOf } from "./answers.ts";
import { appTag, openSession } from "./session.ts";
import type { Secret, Settings } from "./settings.ts";
import { canonicalJson, given, type Parameters, sign, valueText } from "./sign.ts";

/** A look-up that Lingxing refuses for reasons of its own: nothing follows from it for any order. */
export class CallRefused extends Misconfigured {
  readonly details: readonly string[];

  constructor(reason: string, details: readonly string[]) {
    super(reason);
    this.details = details;
  }
}

/** Signed calls, one in flight per appId and URL. */
export interface Api {
  /** `data` of the answer. @throws CallRefused, Misconfigured, Throttled, Unavailable, Deferred */
  read<T>(method: "GET" | "POST", path: string, parameters: Parameters, schema: z.ZodMiniType<T>): Promise<T>;
  /**
   * Returns when Lingxing took the order. `complaint`: what it said against it all the same.
   * @throws AlreadyExists, Rejected, InDoubt, and what `read` throws but CallRefused
   */
  create(path: string, parameters: Parameters, mskus: readonly string[]): Promise<{ complaint?: string }>;
}

export function openApi(account: Account<Settings, Secret>, tools: Tools): Api {
  const { destination, secret, settings } = account;
  const session = openSession(account, tools);

  /** Signed for this one attempt: a signature is good for two minutes, and waiting takes time. */
  function request(method: "GET" | "POST", path: string, parameters: Parameters, token: string) {
    const common = {
      access_token: token,
      app_key: secret.appId,
      timestamp: String(Math.floor(tools.now() / 1000)),
    };
    const signature = sign({ ...parameters, ...common }, secret.appId);
    const query = { ...common, sign: signature, ...(method === "GET" && parameters) };
    return {
      method,
      url: `${secret.baseUrl}${path}?${given(query)
        .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(valueText(value))}`)
        .join("&")}`,
      headers: { accept: "application/json", ...(method === "POST" && { "content-type": "application/json" }) },
      ...(method === "POST" && { body: canonicalJson(parameters) }),
    };
  }

  /**
   * Lingxing's bucket of one: it takes its token back when the call completes, fails, or two minutes after it began. So
   * must ours be kept as long when we hang up; it then also covers a function that dies in the middle.
   */
  function oneInFlight(path: string, call: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const hold = Math.max(settings.abandonedFor, tools.deadline - tools.now());
    return tools.lease(`${appTag(secret.appId)} ${path}`, hold, async (keep) => {
      const startedAt = tools.now();
      try {
        return await call();
      } catch (error) {
        if (error instanceof HttpFailure && error.sent) keep(startedAt + settings.abandonedFor);
        throw error;
      }
    });
  }

  /** One call, made again once where Lingxing did not look at the first: token displaced, or signature too old. */
  async function exchange(
    method: "GET" | "POST",
    path: string,
    parameters: Parameters,
    guard: (call: Promise<HttpAnswer>) => Promise<HttpAnswer>,
  ): Promise<ReadAnswer> {
    let token = await session.current();
    const attempt = async () => {
      const answer = await guard(oneInFlight(path, () => tools.http(request(method, path, parameters, token))));
      return interpretAnswer(answer, {
        success: "0",
        codes: settings.codes,
        secrets: [token, secret.appId, secret.appSecret],
      });
    };
    const first = await attempt();
    if (first.is === "token-refused") token = await session.replace(token);
    else if (first.is !== "signature-expired") return first;
    const second = await attempt();
    if (second.is === "token-refused") {
      throw new Misconfigured(`${second.reason}: twice in a row. Something else fetches tokens for this appId.`);
    }
    if (second.is === "signature-expired")
      throw new Misconfigured(`${second.reason}: twice in a row. Is our clock right?`);
    return second;
  }

  const failed = (error: Throttled | Misconfigured | Unavailable) => {
    if (error instanceof Throttled) tools.count("throttled");
    return error;
  };

  return {
    async read(method, path, parameters, schema) {
      const answer = await exchange(method, path, parameters, answerToRead);
      switch (answer.is) {
        case "done": {
          const data = z.safeParse(schema, answer.data);
          if (data.success) return data.data;
          throw new Unavailable(`Lingxing's answer to ${path} is not what the document shows.`);
        }
        case "failed":
          throw failed(answer.error);
        case "refused":
          throw new CallRefused(answer.reason, answer.details);
        default:
          throw new Unavailable(answer.reason);
      }
    },

    async create(path, parameters, mskus) {
      const answer = await exchange("POST", path, parameters, answerToCreate);
      switch (answer.is) {
        case "done":
          return answer.complaint === undefined ? {} : { complaint: answer.complaint };
        case "failed":
          throw failed(answer.error);
        case "refused":
          throw refusalOf(answer, { destination, settings }, mskus);
        default:
          throw new InDoubt(answer.reason);
      }
    },
  };
}
