import * as z from "zod/mini";
import type { HttpAnswer } from "./http.ts";
import { quoteAnswer } from "./quote-answer.ts";
import { readAnswer } from "./read-answer.ts";

const FIELDS = ["errors", "error", "warnings", "warning"];
const Fields = z.record(z.string(), z.unknown());

/**
 * What an answer that says "created" complains of all the same, in a field of errors or warnings at its top or below
 * `data`. It may quote the buyer.
 * @param secrets as in quote-answer.ts
 */
export function complaintBeside(answer: HttpAnswer, secrets: readonly string[]): string | undefined {
  const body = readAnswer(answer, Fields);
  const said = [body, Fields.safeParse(body?.["data"]).data]
    .flatMap((part) => FIELDS.map((field) => part?.[field]))
    .filter((value) => !isNothing(value))
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return said.length > 0 ? quoteAnswer(said.join("; "), secrets) : undefined;
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === "" ||
  (typeof value === "object" && Object.values(value).every(isNothing));
