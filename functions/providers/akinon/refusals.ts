import * as z from "zod/mini";
import { Faulty, ProviderDown, Rejected, Throttled } from "../../../shared/errors.ts";
import { type HttpAnswer, retryAfter } from "../../../shared/http.ts";
import { readAnswer } from "../../../shared/read-answer.ts";
import type { Tools } from "../provider.ts";

/** What a server says before it looks at the data. @throws Faulty, Throttled, ProviderDown */
export function refuseDoor(answer: HttpAnswer, destination: string, tools: Pick<Tools, "now" | "count">): void {
  const { status } = answer;
  if (status === 401) {
    throw new Faulty(`Omnitron refused the key of a fresh login (401): check user and rights of ${destination}.`);
  }
  if (status === 403) throw new Faulty(`Omnitron forbids that to the user of ${destination} (403): ${textOf(answer)}`);
  if (status === 404) {
    throw new Faulty(
      `Omnitron knows no such address (404): check baseUrl and channelId in the secret of ${destination}.`,
    );
  }
  if (status === 429) {
    tools.count("throttled");
    throw new Throttled("Omnitron throttles (429).", retryAfter(answer, tools.now()));
  }
  if (status >= 500) throw new ProviderDown(`Omnitron answered ${status}.`);
  if (status >= 300 && status < 400) {
    throw new Faulty(`Omnitron redirects (${status}): check baseUrl in the secret of ${destination}.`);
  }
}

/** After `refuseDoor`, for calls that may be repeated. @throws Rejected on every other 4xx, ProviderDown when it cannot be read */
export function readable<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>, what: string): T {
  if (answer.status >= 400) throw new Rejected(`Omnitron refused ${what} (${answer.status}): ${textOf(answer)}`);
  const read = answer.status < 300 ? readAnswer(answer, schema) : undefined;
  if (read === undefined) throw new ProviderDown(`Omnitron's answer to ${what} (${answer.status}) cannot be read.`);
  return read;
}

/** For the ledger, never a log: it may repeat the buyer's address. */
export const textOf = ({ text }: Pick<HttpAnswer, "text">): string => [...text.trim()].slice(0, 500).join("");

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
