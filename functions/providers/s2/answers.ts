import * as z from "zod/mini";
import { type AnswerRow, errorOf, isSuccess } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { InDoubt } from "../../../shared/errors.ts";

const Created = z.object({
  id: z.string().check(z.minLength(1)),
  channelOrderId: z.nullish(z.string()),
  status: z.nullish(z.string()),
  createdAt: z.nullish(z.string()),
});
const Coded = z.object({ code: z.string() });

/** Our clock against theirs. */
export const SKEW = 15 * 60_000;
/** Only UNFULFILLED is documented. */
export const isCancelled = (status: string | null | undefined): boolean => /cancel/i.test(status ?? "");

/** reference/providers.md 2.3, for a create. */
const CREATE: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [400, 404, 422], means: "rejected" },
  {
    status: [401, 403],
    means: "failed",
    hint: "it refused a fresh token: wrong organization, or a user without the right",
  },
  { status: [409], code: ["ALREADY_EXISTS"], means: "already-exists", hint: "it has an order of this number" },
];

const READ: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [401, 403], means: "failed", hint: "it refused a fresh token" },
];

const LOGIN: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  {
    where: ({ status }) => status >= 400 && status < 500 && status !== 408,
    means: "failed",
    hint: "it refused the login",
  },
];

interface Context {
  /** What a reason must not quote. */
  secrets: readonly string[];
  tools: Pick<Tools, "now" | "count">;
}

/**
 * The ID of a created order. What the table does not class as surely not created is in doubt, and so is a success that
 * shows another order, or an older one: the look-up says what is there.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(
  answer: HttpAnswer,
  { reference, sentAt, secrets, tools }: Context & { reference: string; sentAt: number },
): string {
  const { status } = answer;
  if (!isSuccess(answer)) {
    throw errorOf(answer, CREATE, {
      said: { code: readAnswer(answer, Coded)?.code },
      rest: "in-doubt",
      // The body of a 5xx holds the reference ID that S2's support asks for.
      reason: (means, hint) =>
        [
          means === "rejected" ? "S2 refused the order" : "S2 answered the order",
          hint,
          `HTTP ${status}: ${quoteAnswer(answer.text, secrets)}`,
        ]
          .filter(Boolean)
          .join(": "),
      tools,
    });
  }

  const created = readAnswer(answer, Created);
  if (!created) throw new InDoubt(`S2 answered the order with HTTP ${status} and no order we can read.`);
  const { id, channelOrderId, createdAt } = created;
  if (typeof channelOrderId === "string" && channelOrderId !== reference) {
    throw new InDoubt(`S2 answered with order ${id} of another number.`);
  }
  if (isCancelled(created.status)) throw new InDoubt(`S2 answered with order ${id}, which is cancelled.`);
  if (Date.parse(createdAt ?? "") < sentAt - SKEW) {
    throw new InDoubt(`S2 answered with order ${id}, which is older than ours.`);
  }
  return id;
}

/** @param what for the reason: "order list" @throws Throttled, Misconfigured, Unavailable */
/** @returns a look-up's answer @throws Throttled, Misconfigured, Unavailable */
export function readFound<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  what: string,
  { secrets, tools }: Context,
): T {
  const found = isSuccess(answer) ? readAnswer(answer, schema) : undefined;
  if (found !== undefined) return found;
  throw errorOf(answer, READ, {
    rest: "unavailable",
    reason: (_, hint = "it cannot be read") =>
      `S2's ${what}: ${hint}: HTTP ${answer.status} ${quoteAnswer(answer.text, secrets)}`,
    tools,
  });
}

/** What an answer to the login means that brings no token. Quotes no body: it may repeat the password. */
export const loginError = (answer: HttpAnswer, tools: Context["tools"]) =>
  errorOf(answer, LOGIN, {
    rest: "unavailable",
    reason: (_, hint = "it gave no token we can read") => `S2 answered the login with HTTP ${answer.status}: ${hint}.`,
    tools,
  });
