import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { Anything } from "../../../shared/connector/list-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { type DeliveryError, Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Settings } from "./settings.ts";

/** Every answer has it; its `code` is 0 if the call succeeded. The HTTP status is 200 for many failures too. */
const Envelope = z.object({
  code: z.pipe(z.union([z.int(), z.string().check(z.regex(/^\d{1,15}$/))]), z.transform(Number)),
  data: Anything,
});

/** @returns the answer's `code`; undefined if it is none of TikTok Shop's */
export const codeOf = (answer: HttpAnswer): number | undefined => readAnswer(answer, Envelope)?.code;

/**
 * `data` of an answer.
 * @throws MalformedEvent if it has another shape; Misconfigured, Throttled, Unavailable if the call failed
 */
export function readEnvelope<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>, settings: Settings, now: number): T {
  const envelope = answer.status === 200 ? readAnswer(answer, Envelope) : undefined;
  if (envelope?.code !== 0) throw refusal(answer, settings, now);
  if (envelope.data === undefined || envelope.data === null) throw new Unavailable("TikTok Shop's answer has no data.");
  const parsed = z.safeParse(schema, envelope.data);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error, ["data"]);
}

/** `code` of failures that only the operator ends. https://partner.tiktokshop.com/docv2/page/common-errors */
const MISTAKES: Readonly<Record<number, string>> = {
  105005:
    "the access token works, and lacks the scope seller.order.info: add it to the app, and authorise the shop again",
  106001: "the signature is wrong: check appKey and the first of signingSecrets in the endpoint's secret",
  106013: "the shop's cipher is missing: check shopCipher in the connection's secret",
  36009004:
    "a parameter or the time is refused: check shopCipher in the connection's secret, and the setting orderVersion",
  36009033: "our address is not on the app's list of IP addresses: name tiktok-shop in the stage's fixedEgress",
};

const TOO_MANY_REQUESTS = 36_009_002;

/** What a failed call means. Its message may quote the order: only its code and status are kept. */
export function refusal(answer: HttpAnswer, settings: Settings, now: number): DeliveryError {
  const { status } = answer;
  const code = codeOf(answer);
  if (code === TOO_MANY_REQUESTS || status === 429) {
    return new Throttled("TikTok Shop limits the calls.", retryAfter(answer, now) ?? settings.coolDown);
  }
  const mistake = code === undefined ? undefined : MISTAKES[code];
  if (mistake !== undefined) return new Misconfigured(`TikTok Shop refuses the call (${code}): ${mistake}.`);
  if (status === 401 || (code !== undefined && settings.tokenCodes.includes(code))) {
    return new Misconfigured(
      `TikTok Shop refuses the access token (${code ?? status}): the seller ended the authorisation, or it is of another shop. Authorise the shop again.`,
    );
  }
  if (status >= 400 && status < 500) return new Misconfigured(`TikTok Shop refuses the call (${code ?? status}).`);
  if (code !== undefined && code !== 0) return new Unavailable(`TikTok Shop answered the code ${code}.`);
  return new Unavailable(`TikTok Shop answered ${status}, and nothing that can be read.`);
}
