import * as z from "zod/mini";
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
export type Verdict =
  | { is: "done"; data: unknown }
  /** Not executed, and worth another try at once. */
  | { is: "token-refused" | "signature-expired"; reason: string }
  /** A business failure of this call, `details` being Lingxing's own texts. */
  | { is: "refused"; reason: string; details: string[] }
  /** Surely not executed. */
  | { is: "failed"; error: Throttled | Misconfigured }
  /** The table does not name it. */
  | { is: "unknown"; reason: string };

/** Operator's work: credentials, permission, allow-list, signature, address. */
const FAULTY: Readonly<Record<string, string>> = {
  "2001001": "the app does not exist",
  "2001002": "the app secret is wrong",
  "2001004": "the API is not authorised for this app",
  "2001006": "the signature is wrong",
  "3001001": "a common parameter is missing",
  "3001002": "this IP address is not on the allow-list",
  "0001001": "the app secret cannot be decrypted",
  "401": "the app is disabled",
  "403": "the app's authorisation has lapsed",
};

/**
 * reference/providers.md 3.4, code by code.
 * @param success "200" of the token endpoints, "0" of all others
 * @param secrets never to be quoted, whatever the answer echoes
 */
export function verdictOf(answer: HttpAnswer, success: "0" | "200", secrets: readonly string[]): Verdict {
  const { status } = answer;
  const envelope = readAnswer(answer, Envelope);
  // A page of nginx: the document's answer to a wrong address.
  if (!envelope && status === 405) return failed("HTTP 405: the address of the API is wrong");
  if (!envelope) return { is: "unknown", reason: `HTTP ${status} with an answer nobody can read` };

  const code = String(envelope.code);
  const details = (envelope.error_details ?? []).map((detail) =>
    typeof detail === "string" ? detail : JSON.stringify(detail),
  );
  const text = (envelope.msg ?? envelope.message ?? "").trim();
  const reason = quoteAnswer(`Lingxing ${code}: ${[text, ...details].filter(Boolean).join("; ")}`, secrets);

  if (code === success && status >= 200 && status < 300) return { is: "done", data: envelope.data };
  if (code === "2001003" || code === "2001005") return { is: "token-refused", reason };
  if (code === "2001007") return { is: "signature-expired", reason };
  if (code === "3001008" || code === "103") return { is: "failed", error: new Throttled(reason) };
  if (code === "102") return { is: "refused", reason, details };
  const why = FAULTY[code];
  if (why) return failed(`${reason} (${why})`);
  // The same words for a wrong path, from two layers; "500" alone means nothing.
  if (code === "400" && text === "服务不存在") return failed(`${reason} (the path is wrong)`);
  if (code === "500" && text.includes("404 NOT_FOUND")) return failed(`${reason} (the path is wrong)`);
  if (code === "500" && details.length > 0) return { is: "refused", reason, details };
  return { is: "unknown", reason };
}

const failed = (reason: string): Verdict => ({ is: "failed", error: new Misconfigured(reason) });

interface Refuser {
  destination: string;
  settings: Pick<Settings, "duplicateTexts" | "otherFailures">;
}

/** A refused create; undefined where the setting says that nobody knows. `mskus` are those of the order. */
export function refusalOf(
  { reason, details }: Extract<Verdict, { is: "refused" }>,
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
