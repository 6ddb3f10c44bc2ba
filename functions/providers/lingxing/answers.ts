import * as z from "zod/mini";
import { type AnswerRow, rowOf } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { refusedOrder } from "../../../shared/connector/refused-order.ts";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Settings } from "./settings.ts";

/** Api (`msg`, code mostly a string) and business (`message`, code mostly a number) in one. */
const Envelope = z.object({
  code: z.union([z.string(), z.number()]),
  msg: z.nullish(z.string()),
  message: z.nullish(z.string()),
  error_details: z.optional(z.unknown()),
  data: z.optional(z.unknown()),
});

/** What an answer means, before anybody asks what was wanted. */
export type ReadAnswer =
  /** `complaint`: what it says against the call all the same. */
  | { is: "done"; data: unknown; complaint?: string }
  /** Not executed, and worth another try at once. */
  | { is: "token-refused" | "signature-expired"; reason: string }
  /** A business failure of this call, `details` being Lingxing's own texts. */
  | { is: "refused"; code: string; reason: string; details: string[] }
  /** Surely not executed. */
  | { is: "failed"; error: Throttled | Misconfigured | Unavailable }
  /** The table does not name it. */
  | { is: "unknown"; reason: string };

type CodeMeaning =
  | "token-refused"
  | "signature-expired"
  | "throttled"
  | "refused"
  | "failed"
  | "unavailable"
  | "unknown";

/**
 * reference/providers.md 3.4, code by code. Of the texts the first is Lingxing's message, the others are its
 * `error_details`.
 */
const CODES: readonly AnswerRow<CodeMeaning>[] = [
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

/** What a stage file may say of a code, in the words of the operator's documents. */
const BY_SETTING = {
  throttled: "throttled",
  failed: "failed",
  rejected: "refused",
  retried: "unavailable",
  "in-doubt": "unknown",
} as const satisfies Record<string, CodeMeaning>;

interface Call {
  /** "200" of the token endpoints, "0" of all others. */
  success: "0" | "200";
  /** Those of the stage file, which go before the document's. */
  codes: Settings["codes"];
  /** Never to be quoted, whatever the answer echoes. */
  secrets: readonly string[];
}

export function interpretAnswer(answer: HttpAnswer, { success, codes, secrets }: Call): ReadAnswer {
  const { status } = answer;
  const envelope = readAnswer(answer, Envelope);
  // A page of nginx: the document's answer to a wrong address.
  if (!envelope && status === 405) return failed("HTTP 405: the address of the API is wrong");
  if (!envelope) return { is: "unknown", reason: `HTTP ${status} with an answer that cannot be read` };

  const code = String(envelope.code).trim();
  const details = detailsOf(envelope.error_details);
  const text = (envelope.msg ?? envelope.message ?? "").trim();
  const quoted = (texts: readonly string[]) =>
    quoteAnswer(`Lingxing ${code}: ${texts.filter(Boolean).join("; ")}`, secrets);
  const reason = quoted([text, ...details]);

  if (code === success && status >= 200 && status < 300) {
    return { is: "done", data: envelope.data, ...(details.length > 0 && { complaint: quoted(details) }) };
  }
  // An order that has a number exists, whatever else is said of it.
  if (namesOrder(envelope.data) || shownOrderId({ data: envelope.data })) return { is: "unknown", reason };
  const own = Object.hasOwn(codes, code) ? codes[code] : undefined;
  const row = own ? { means: BY_SETTING[own] } : rowOf({ status, code, texts: [text, ...details] }, CODES);
  switch (row?.means) {
    case undefined:
    case "unknown":
      return { is: "unknown", reason };
    case "failed":
      return failed(row?.hint ? `${reason} (${row.hint})` : reason);
    case "throttled":
      return { is: "failed", error: new Throttled(reason) };
    case "unavailable":
      return { is: "failed", error: new Unavailable(reason) };
    case "refused":
      return { is: "refused", code, reason, details };
    case "token-refused":
    case "signature-expired":
      return { is: row.means, reason };
  }
}

const failed = (reason: string): ReadAnswer => ({ is: "failed", error: new Misconfigured(reason) });

/** A list of texts in the document; a text alone, or anything else, is a list of one. */
function detailsOf(given: unknown): string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  return list
    .map((detail) => (typeof detail === "string" ? detail.trim() : (JSON.stringify(detail ?? "") ?? "")))
    .filter((detail) => !["", '""', "{}"].includes(detail));
}

interface Refuser {
  destination: string;
  settings: Pick<Settings, "duplicateTexts" | "doubtfulTexts" | "busyTexts" | "rejectedTexts" | "otherFailures">;
}

/**
 * What a refused create means: that the number exists, that an order may have been made, that it may be tried again, or
 * that a person must look at it.
 * @param mskus those of the order
 */
export function refusalOf(
  { code, reason, details }: Extract<ReadAnswer, { is: "refused" }>,
  { destination, settings }: Refuser,
  mskus: readonly string[],
): AlreadyExists | InDoubt | Unavailable | Rejected {
  if (mentions(details, settings.duplicateTexts)) return new AlreadyExists(reason);
  if (mentions(details, settings.doubtfulTexts)) return new InDoubt(reason);
  if (mentions(details, settings.busyTexts)) return new Unavailable(reason);
  const rejected = new Rejected(refusedOrder(destination, mskus, reason));
  // A complaint about types: the request never got as far as an order.
  if (code === "102" || mentions(details, settings.rejectedTexts)) return rejected;
  return settings.otherFailures === "in-doubt" ? new InDoubt(reason) : rejected;
}

/** Whether any of the details has any of the texts, in whatever case. */
export const mentions = (details: readonly string[], texts: readonly string[]): boolean =>
  details.some((detail) => texts.some((text) => detail.toLowerCase().includes(text.toLowerCase())));

/** Whether an answer gives the number of an order: `{"amazon_order_id": "S01-…"}`. */
function namesOrder(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  return Object.entries(data).some(([key, value]) =>
    typeof value === "object" ? namesOrder(value) : /order_?(id|no|number|sn)$/i.test(key) && Boolean(value),
  );
}
