import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Context } from "./context.ts";
import { complaintsOf } from "./refusals.ts";
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
