import * as z from "zod/mini";
import { type AnswerRow, rowOf } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { refusedOrder } from "../../../shared/connector/refused-order.ts";
import { AlreadyExists, Misconfigured, Rejected, Throttled } from "../../../shared/errors.ts";
import type { Settings } from "./settings.ts";

/** Api (`msg`, code mostly a string) and business (`message`, code mostly a number) in one. */
const Envelope = z.object({
  code: z.union([z.string(), z.number()]),
  msg: z.nullish(z.string()),
  message: z.nullish(z.string()),
  error_details: z.nullish(z.array(z.unknown())),
  data: z.optional(z.unknown()),
});

/** What an answer means, before anybody asks what was wanted. */
export type ReadAnswer =
  | { is: "done"; data: unknown }
  /** Not executed, and worth another try at once. */
  | { is: "token-refused" | "signature-expired"; reason: string }
  /** A business failure of this call, `details` being Lingxing's own texts. */
  | { is: "refused"; reason: string; details: string[] }
  /** Surely not executed. */
  | { is: "failed"; error: Throttled | Misconfigured }
  /** The table does not name it. */
  | { is: "unknown"; reason: string };

/**
 * reference/providers.md 3.4, code by code. Of the texts the first is Lingxing's message, the others are its
 * `error_details`.
 */
const CODES: readonly AnswerRow<"token-refused" | "signature-expired" | "throttled" | "refused" | "failed">[] = [
  { code: ["2001003", "2001005"], means: "token-refused" },
  { code: ["2001007"], means: "signature-expired" },
  { code: ["3001008", "103"], means: "throttled" },
  { code: ["102"], means: "refused" },
  // Operator's work: credentials, permission, allow-list, signature, address.
  { code: ["2001001"], means: "failed", hint: "the app does not exist" },
  { code: ["2001002"], means: "failed", hint: "the app secret is wrong" },
  { code: ["2001004"], means: "failed", hint: "the API is not authorised for this app" },
  { code: ["2001006"], means: "failed", hint: "the signature is wrong" },
  { code: ["3001001"], means: "failed", hint: "a common parameter is missing" },
  { code: ["3001002"], means: "failed", hint: "this IP address is not on the allow-list" },
  { code: ["0001001"], means: "failed", hint: "the app secret cannot be decrypted" },
  { code: ["401"], means: "failed", hint: "the app is disabled" },
  { code: ["403"], means: "failed", hint: "the app's authorisation has lapsed" },
  // The same words for a wrong path, from two layers; "500" alone means nothing.
  { code: ["400"], where: ({ texts = [] }) => texts[0] === "服务不存在", means: "failed", hint: "the path is wrong" },
  {
    code: ["500"],
    where: ({ texts = [] }) => texts[0]?.includes("404 NOT_FOUND") === true,
    means: "failed",
    hint: "the path is wrong",
  },
  { code: ["500"], where: ({ texts = [] }) => texts.length > 1, means: "refused" },
];

/**
 * @param success "200" of the token endpoints, "0" of all others
 * @param secrets never to be quoted, whatever the answer echoes
 */
export function interpretAnswer(answer: HttpAnswer, success: "0" | "200", secrets: readonly string[]): ReadAnswer {
  const { status } = answer;
  const envelope = readAnswer(answer, Envelope);
  // A page of nginx: the document's answer to a wrong address.
  if (!envelope && status === 405) return failed("HTTP 405: the address of the API is wrong");
  if (!envelope) return { is: "unknown", reason: `HTTP ${status} with an answer that cannot be read` };

  const code = String(envelope.code);
  const details = (envelope.error_details ?? []).map((detail) =>
    typeof detail === "string" ? detail : JSON.stringify(detail),
  );
  const text = (envelope.msg ?? envelope.message ?? "").trim();
  const reason = quoteAnswer(`Lingxing ${code}: ${[text, ...details].filter(Boolean).join("; ")}`, secrets);

  if (code === success && status >= 200 && status < 300) return { is: "done", data: envelope.data };
  const row = rowOf({ status, code, texts: [text, ...details] }, CODES);
  if (!row) return { is: "unknown", reason };
  switch (row.means) {
    case "failed":
      return failed(`${reason} (${row.hint})`);
    case "throttled":
      return { is: "failed", error: new Throttled(reason) };
    case "refused":
      return { is: "refused", reason, details };
    default:
      return { is: row.means, reason };
  }
}

const failed = (reason: string): ReadAnswer => ({ is: "failed", error: new Misconfigured(reason) });

interface Refuser {
  destination: string;
  settings: Pick<Settings, "duplicateTexts" | "otherFailures">;
}

/** A refused create; undefined where the setting says that it may exist. `mskus` are those of the order. */
export function refusalOf(
  { reason, details }: Extract<ReadAnswer, { is: "refused" }>,
  { destination, settings }: Refuser,
  mskus: readonly string[],
): AlreadyExists | Rejected | undefined {
  if (mentions(details, settings.duplicateTexts)) return new AlreadyExists(reason);
  // 102 is a complaint about types: the request never got as far as an order.
  if (settings.otherFailures === "in-doubt" && !reason.startsWith("Lingxing 102:")) return undefined;
  return new Rejected(refusedOrder(destination, mskus, reason));
}

export const mentions = (details: readonly string[], texts: readonly string[]): boolean =>
  details.some((detail) => texts.some((text) => detail.includes(text)));
