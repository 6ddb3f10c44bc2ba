import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../errors.ts";
import { type HttpAnswer, retryAfter } from "./http.ts";
import type { ApiTools } from "./tools.ts";

/** What an error answer means for the order, by what happens next (shared/errors.ts). */
export type Meaning = "rejected" | "failed" | "throttled" | "already-exists" | "unavailable" | "in-doubt";

/** An answer as the tables read it. */
export interface Said {
  status: number;
  /** The vendor's own code, where the body has one. */
  code?: string | undefined;
  /** The vendor's own texts. */
  texts?: readonly string[];
}

/** One row of a vendor's table. An answer fits if it matches every condition of the row. */
export interface AnswerRow<Means extends string = Meaning> {
  status?: readonly number[];
  code?: readonly string[] | RegExp;
  /** A condition on the texts, if status and code do not say enough. */
  where?: (said: Said) => boolean;
  means: Means;
  /** What the operator should check: "token, scope or address of the shop". */
  hint?: string;
}

/** The first row that the answer fits. */
export const rowOf = <Means extends string>(
  said: Said,
  table: readonly AnswerRow<Means>[],
): AnswerRow<Means> | undefined => table.find((row) => fits(row, said));

function fits({ status, code, where }: AnswerRow<string>, said: Said): boolean {
  if (status && !status.includes(said.status)) return false;
  if (
    code &&
    (said.code === undefined || !(code instanceof RegExp ? code.test(said.code) : code.includes(said.code)))
  ) {
    return false;
  }
  return where?.(said) ?? true;
}

interface Options {
  /** Default: the table reads the status alone. */
  said?: Omit<Said, "status">;
  /** The meaning of an answer that fits no row: in doubt for a create, unavailable for a call that may be repeated. */
  rest: "in-doubt" | "unavailable";
  /** The sentence for the ledger, without secrets. */
  reason(means: Meaning, hint: string | undefined): string;
  tools: Pick<ApiTools, "now" | "count">;
}

/** The error that an answer means, by a vendor's table. Counts throttling. */
export function errorOf(
  answer: HttpAnswer,
  table: readonly AnswerRow[],
  { said, rest, reason, tools }: Options,
): Rejected | Misconfigured | Throttled | AlreadyExists | Unavailable | InDoubt {
  const row = rowOf({ ...said, status: answer.status }, table);
  const means = row?.means ?? rest;
  const text = reason(means, row?.hint);
  switch (means) {
    case "rejected":
      return new Rejected(text);
    case "failed":
      return new Misconfigured(text);
    case "throttled":
      tools.count("throttled");
      return new Throttled(text, retryAfter(answer, tools.now()));
    case "already-exists":
      return new AlreadyExists(text);
    case "unavailable":
      return new Unavailable(text);
    case "in-doubt":
      return new InDoubt(text);
  }
}

export const isSuccess = ({ status }: Pick<HttpAnswer, "status">): boolean => status >= 200 && status < 300;
