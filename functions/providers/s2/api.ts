import * as z from "zod/mini";
import { rowsOf, Total } from "../../../shared/connector/list-schema.ts";
import { answerToCreate, answerToRead } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import type { Created, SentLine } from "../provider.ts";
import { readCreated, readFound } from "./answers.ts";
import { openSession } from "./session.ts";
import type { Secret, Settings } from "./settings.ts";

/** The calls we make, each with a token. Errors as in shared/errors.ts. */
export interface Api {
  get<T>(path: string, schema: z.ZodMiniType<T>, what: string): Promise<T>;
  /** One page of a list, 100 at most, from `offset` on. */
  list<T>(
    path: string,
    row: z.ZodMiniType<T>,
    query: { offset: number; term?: string },
    what: string,
  ): Promise<{ total: number; rows: T[] }>;
  createOrder(body: string, sent: { reference: string; lines: readonly SentLine[] }): Promise<Created>;
}

/** "limit: default and max 100". */
export const PAGE_SIZE = 100;

export function openApi(secret: Secret, settings: Settings, tools: Tools): Api {
  const { baseUrl, organization, password } = secret;
  const session = openSession(secret, tools);
  const secrets = () => [password, ...session.used()];
  const headersWith = (token: string) => ({
    authorization: `Bearer ${token}`,
    accept: "application/json",
    ...(organization !== undefined && { "x-s2-organization": organization }),
  });

  const get: Api["get"] = async (path, schema, what) => {
    const answer = await session.call((token) =>
      answerToRead(tools.http({ method: "GET", url: `${baseUrl}${path}`, headers: headersWith(token) })),
    );
    return readFound(answer, schema, what, { secrets: secrets(), tools });
  };

  return {
    get,

    async list(path, row, { offset, term }, what) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset), ...(term && { term }) });
      const page = z.object({ items: rowsOf(row), total: Total });
      const { items, total } = await get(`${path}?${query}`, page, what);
      return { total, rows: items };
    },

    async createOrder(body, sent) {
      const sentAt = tools.now();
      const answer = await session.call((token) =>
        answerToCreate(
          tools.http({
            method: "POST",
            url: `${baseUrl}/order`,
            headers: { ...headersWith(token), "content-type": "application/json" },
            body,
          }),
        ),
      );
      return readCreated(answer, { ...sent, settings, sentAt, secrets: secrets(), tools });
    },
  };
}
