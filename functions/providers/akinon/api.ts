import * as z from "zod/mini";
import { complaintBeside } from "../../../shared/connector/complaint-beside.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { rowsOf, Total } from "../../../shared/connector/list-schema.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { answerToCreate, answerToRead } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { readable, throwUnlessAccepted } from "./answers.ts";
import { openSession } from "./session.ts";
import type { Secret, Settings } from "./settings.ts";

export type Query = Record<string, string>;

/** Calls to Omnitron, logged in; a 401 leads to one new login and one repetition. */
export interface Api {
  /**
   * All rows, page by page; `complete: false` where `pages` were not enough, or fewer rows came than the list counts.
   * @throws Misconfigured, Unavailable, Throttled
   */
  list<T>(path: string, query: Query, row: z.ZodMiniType<T>, pages?: number): Promise<{ rows: T[]; complete: boolean }>;
  /** One object. */
  read<T>(path: string, schema: z.ZodMiniType<T>): Promise<T>;
  /** What Omnitron says to a customer or address of this kind; the door's refusals are thrown. Safe to repeat. */
  add(path: string, body: object): Promise<HttpAnswer>;
  /** What a server says, without our secrets, for the ledger. */
  quote(answer: HttpAnswer): string;
  /** What an answer to a create complains of beside the order. */
  complaint(answer: HttpAnswer): string | undefined;
  /** The one call that creates an order; nothing of its answer is judged here. @throws InDoubt, Unavailable */
  create(path: string, body: string): Promise<HttpAnswer>;
}

/** A page of a list; a plain list is a whole one (the vendor's SDK takes both). */
const pageOf = <T>(row: z.ZodMiniType<T>) =>
  z.union([
    z.pipe(
      z.array(row),
      z.transform((results) => ({ results, next: null, count: results.length })),
    ),
    z.object({
      next: z.nullish(z.string()),
      results: rowsOf(row),
      count: z.optional(Total),
    }),
  ]);

/** Below `/api/v1/`. Every path ends in a slash: Django answers others with a redirect, or an error to a POST. */
export function openApi(account: Account<Settings, Secret>, tools: Tools): Api {
  const { secret, destination } = account;
  const session = openSession(account, tools);
  const { authorization = secret.apiKey === undefined ? "token" : "plain" } = account.settings;
  const prefix = authorization === "token" ? "Token " : "";
  const secrets = () => [secret.password ?? "", ...session.used()];
  const quote = ({ text }: HttpAnswer) => quoteAnswer(text, secrets());
  const speaker = { destination, tools, quote };

  async function call(
    request: { method: "GET" | "POST"; path: string; query?: Query; body?: string },
    whole = answerToRead,
  ) {
    const { method, path, query = {}, body } = request;
    const search = new URLSearchParams(query).toString();
    const url = `${secret.baseUrl}/api/v1/${path}${search && `?${search}`}`;
    return session.call((token) => {
      const contentType = body === undefined ? undefined : "application/json";
      const headers = { accept: "application/json", authorization: `${prefix}${token}`, "content-type": contentType };
      return whole(tools.http({ method, url, headers: defined(headers), ...defined({ body }) }));
    });
  }

  return {
    quote,
    complaint: (answer) => complaintBeside(answer, secrets()),
    async list(path, query, row, pages = 50) {
      const rows: z.infer<typeof row>[] = [];
      // Pages are counted, `next` is not followed: it may name another host, and the key goes to ours only.
      for (let page = 1; page <= pages; page++) {
        const answer = await call({
          method: "GET",
          path,
          query: page === 1 ? query : { ...query, page: String(page) },
        });
        throwUnlessAccepted(answer, speaker);
        const { results, next, count } = readable(answer, pageOf(row), `the list ${path}`, speaker);
        rows.push(...results);
        if (!next) return { rows, complete: count === undefined || rows.length >= count };
        if (results.length === 0) throw new Misconfigured(`Omnitron's list ${path} has no end.`);
      }
      return { rows, complete: false };
    },
    async read(path, schema) {
      const answer = await call({ method: "GET", path });
      throwUnlessAccepted(answer, speaker);
      return readable(answer, schema, path, speaker);
    },
    async add(path, body) {
      const answer = await call({ method: "POST", path, body: JSON.stringify(body) });
      throwUnlessAccepted(answer, speaker);
      return answer;
    },
    create: (path, body) => call({ method: "POST", path, body }, answerToCreate),
  };
}
