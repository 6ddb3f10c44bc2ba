import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";

const Created = z.object({
  id: z.string().check(z.minLength(1)),
  channelOrderId: z.nullish(z.string()),
  status: z.nullish(z.string()),
  createdAt: z.nullish(z.string()),
});
const Conflict = z.object({ code: z.literal("ALREADY_EXISTS") });

/** Our clock against theirs. */
export const SKEW = 15 * 60_000;
/** Only UNFULFILLED is documented. */
export const isCancelled = (status: string | null | undefined): boolean => /cancel/i.test(status ?? "");

interface Reading {
  /** What a reason must not quote. */
  secrets: readonly string[];
  tools: Pick<Tools, "now" | "count">;
}

/**
 * The ID of a created order (reference/providers.md 2.3). Whatever its table does not class as surely not created is in
 * doubt, and so is a success that shows another order, or an older one: what is there is for the look-up to say.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(
  answer: HttpAnswer,
  { reference, sentAt, secrets, tools }: Reading & { reference: string; sentAt: number },
): string {
  const { status } = answer;
  const said = () => quoteAnswer(answer.text, secrets);
  if (status === 429) throw throttled(answer, tools);
  if (status === 400 || status === 404 || status === 422) {
    throw new Rejected(`S2 refused the order with HTTP ${status}: ${said()}`);
  }
  if (status === 401 || status === 403) {
    throw new Misconfigured(
      `S2 refused a fresh token with HTTP ${status}: wrong organization, or a user without the right.`,
    );
  }
  if (status === 409 && readAnswer(answer, Conflict))
    throw new AlreadyExists(`S2 has an order of this number: ${said()}`);
  // The body of a 5xx holds the reference ID that S2's support asks for.
  if (status < 200 || status >= 300) throw new InDoubt(`S2 answered the order with HTTP ${status}: ${said()}`);

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
export function readFound<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  what: string,
  { secrets, tools }: Reading,
): T {
  const { status } = answer;
  if (status === 429) throw throttled(answer, tools);
  if (status === 401 || status === 403) {
    throw new Misconfigured(`S2 refused a fresh token for its ${what} with HTTP ${status}.`);
  }
  const found = status >= 200 && status < 300 ? readAnswer(answer, schema) : undefined;
  if (found !== undefined) return found;
  throw new Unavailable(`S2's ${what} cannot be read: HTTP ${status} ${quoteAnswer(answer.text, secrets)}`);
}

export function throttled(answer: HttpAnswer, tools: Reading["tools"]): Throttled {
  tools.count("throttled");
  return new Throttled("S2 answered 429: too many calls.", retryAfter(answer, tools.now()));
}
