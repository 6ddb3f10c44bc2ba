import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Context } from "./context.ts";
import { isCancelled, keyOf, OrderRow } from "./rows.ts";

/**
 * Key of the order that `create_orders/` made, or undefined where it made one and does not say: the documented answer has
 * none. Classes as in reference/providers.md 4.3.
 * @throws InDoubt, AlreadyExists, Rejected, Misconfigured, Unavailable, Throttled
 */
export async function readCreated(
  answer: HttpAnswer,
  number: string,
  { account, api, memo }: Context,
  tools: Pick<Tools, "now" | "count">,
): Promise<string | undefined> {
  const { status } = answer;
  const { settings, destination } = account;
  if (status >= 200 && status < 300) {
    const made = readAnswer(answer, OrderRow);
    if (made === undefined) throw new InDoubt(`Omnitron answered ${status} with nothing we can read.`);
    if (String(made.number ?? "") !== number)
      throw new InDoubt(`Omnitron answered ${status} with an order of another number.`);
    if (isCancelled(made.status)) throw new InDoubt(`Omnitron answered ${status} with a cancelled order.`);
    return keyOf(made);
  }
  if (status === 401) {
    throw new Misconfigured(
      `Omnitron refused the key of a fresh login (401): check user and rights of ${destination}.`,
    );
  }
  if (status === 403)
    throw new Misconfigured(`Omnitron forbids orders to the user of ${destination} (403): ${api.quote(answer)}`);
  if (status === 404)
    throw new Misconfigured(
      `Omnitron has no channel ${account.secret.channelId} (404): see the secret of ${destination}.`,
    );
  if (status === 429) {
    tools.count("throttled");
    if (settings.throttledCreate === "in-doubt") throw new InDoubt("Omnitron throttled the order (429).");
    throw new Throttled("Omnitron throttles (429).", retryAfter(answer, tools.now()));
  }
  if (status === 400 || status === 406) {
    if (isDuplicate(answer, settings.duplicateText))
      throw new AlreadyExists(`Omnitron has that number (${status}): ${api.quote(answer)}`);
    if (isGone(answer) && (await memo.forget())) {
      throw new Unavailable(
        `Omnitron knows one of the IDs we kept no more (${status}); they are looked up anew: ${api.quote(answer)}`,
      );
    }
    throw new Rejected(`Omnitron refused the order (${status}): ${api.quote(answer)}`);
  }
  throw new InDoubt(`Omnitron answered ${status}: ${api.quote(answer)}`);
}

/**
 * No text is documented. A complaint about uniqueness of the field `number`, or of the set it is unique in, is one under
 * either status. 406 is for "uniqueness checks or other service-related exceptions", so there words of uniqueness are enough,
 * unless they complain of another field.
 */
function isDuplicate(answer: HttpAnswer, duplicateText: string): boolean {
  const complaints = complaintsOf(answer);
  const isAbout = ({ field, message }: { field: string; message: string }) =>
    /(^|\.)number$/.test(field) || (/(^|\.)non_field_errors$/.test(field) && /\bnumber\b/i.test(message));
  const words = new RegExp(duplicateText, "i");
  const isUniqueness = ({ message }: { message: string }) => UNIQUENESS.test(message) || words.test(message);
  if (complaints.some((each) => isAbout(each) && isUniqueness(each))) return true;
  if (answer.status !== 406) return false;
  return complaints.some(({ field, message }) => isGeneral(field) && words.test(message));
}

/** Words that on the field `number` alone can mean nothing else. */
const UNIQUENESS = /unique|already exist|duplicate|\btaken\b|mevcut(?! değil)/i;

/** What Django REST has no field for: a bare text or list, `detail`, `non_field_errors`, also of the order. */
const isGeneral = (field: string): boolean =>
  /^((order\.)?(non_field_errors|detail|message|error|errors))?$/.test(field);

/** DRF's "Invalid pk \"5\" - object does not exist.": customers and addresses can be deleted there. */
const isGone = (answer: HttpAnswer): boolean =>
  complaintsOf(answer).some(({ message }) => /invalid pk|does not exist/i.test(message));

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
