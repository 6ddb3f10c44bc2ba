import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, type Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";

/** Whose answer it is, and how to put it into words. */
export interface Speaker {
  destination: string;
  tools: Pick<Tools, "now" | "count">;
  quote(answer: HttpAnswer): string;
}

/** What a server says before it looks at the data. @throws Misconfigured, Throttled, Unavailable */
export function throwUnlessAccepted(answer: HttpAnswer, { destination, tools, quote }: Speaker): void {
  const { status } = answer;
  if (status === 401) {
    throw new Misconfigured(
      `Omnitron refused the key of a fresh login (401): check user and rights of ${destination}.`,
    );
  }
  if (status === 403)
    throw new Misconfigured(`Omnitron forbids that to the user of ${destination} (403): ${quote(answer)}`);
  if (status === 404) {
    throw new Misconfigured(
      `Omnitron knows no such address (404): check baseUrl and channelId in the secret of ${destination}.`,
    );
  }
  if (status === 429) {
    tools.count("throttled");
    throw new Throttled("Omnitron throttles (429).", retryAfter(answer, tools.now()));
  }
  if (status >= 500) throw new Unavailable(`Omnitron answered ${status}.`);
  if (status >= 300 && status < 400) {
    throw new Misconfigured(`Omnitron redirects (${status}): check baseUrl in the secret of ${destination}.`);
  }
}

/**
 * After `throwUnlessAccepted`, for calls that may be repeated.
 * @param Refused what another 4xx means: the order's data is no good (Rejected), or our question is (Misconfigured)
 * @throws Rejected or Misconfigured, Unavailable when it cannot be read
 */
export function readable<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  what: string,
  { quote }: Pick<Speaker, "quote">,
  Refused: typeof Rejected | typeof Misconfigured = Misconfigured,
): T {
  if (answer.status >= 400) throw new Refused(`Omnitron refused ${what} (${answer.status}): ${quote(answer)}`);
  const read = answer.status < 300 ? readAnswer(answer, schema) : undefined;
  if (read === undefined) throw new Unavailable(`Omnitron's answer to ${what} (${answer.status}) cannot be read.`);
  return read;
}

/**
 * All messages of a Django REST error body with the field each belongs to; `non_field_errors` may be a text or a list,
 * `order` and `order_item` nest (reference/providers.md 4.3).
 */
export function complaintsOf(answer: HttpAnswer): { field: string; message: string }[] {
  const complaints: { field: string; message: string }[] = [];
  const walk = (value: unknown, field: string) => {
    if (typeof value === "string") complaints.push({ field, message: value });
    else if (Array.isArray(value)) for (const each of value) walk(each, field);
    else if (typeof value === "object" && value !== null) {
      for (const [key, each] of Object.entries(value)) walk(each, field ? `${field}.${key}` : key);
    }
  };
  walk(readAnswer(answer, z.unknown()), "");
  return complaints;
}
