import * as z from "zod/mini";
import { type AnswerRow, errorOf, isSuccess } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Context } from "./context.ts";
import { isCancelled, keyOf, OrderRow, Pk } from "./rows.ts";
import type { Settings } from "./settings.ts";

const KEY_REFUSED = "it refused the key of a fresh login, check user and rights";

/** reference/providers.md 4.3, for a create; two of its statuses say too little without their texts. */
const createTable = (
  answer: HttpAnswer,
  complaints: readonly Complaint[],
  settings: Settings,
): readonly AnswerRow[] => [
  {
    status: [400, 406],
    where: ({ status }) => isDuplicate(status, complaints, settings),
    means: "already-exists",
    hint: "it has an order of this number",
  },
  // Whatever it says: where there is a key, there is an order.
  { where: () => namesOrder(answer, complaints), means: "in-doubt", hint: "it names an order" },
  { status: [401], means: "failed", hint: KEY_REFUSED },
  { status: [403], means: "failed", hint: "it forbids orders to this user" },
  { status: [404], means: "failed", hint: "it has no such channel, check channelId in the secret" },
  { status: [429], means: "throttled" },
  // A page of a proxy, or Django's for a wrong host: no order's data is at fault.
  { status: [400, 406], where: () => answer.text.trimStart().startsWith("<"), means: "failed", hint: "check baseUrl" },
  { status: [400, 406], where: () => complaints.some(says(settings.inDoubtText)), means: "in-doubt" },
  { status: [400, 406], means: "rejected" },
];

/** What a server says before it looks at the data. Every other 4xx is for the caller to judge. */
const REFUSED_CALL: readonly AnswerRow[] = [
  { status: [401], means: "failed", hint: KEY_REFUSED },
  { status: [403], means: "failed", hint: "it forbids that to this user" },
  { status: [404], means: "failed", hint: "it knows no such address, check baseUrl and channelId in the secret" },
  { status: [429], means: "throttled" },
  { where: ({ status }) => status < 400, means: "failed", hint: "it redirects, check baseUrl in the secret" },
];

/**
 * Key of the order that `create_orders/` made, or undefined where it made one and does not say: the documented answer has
 * none.
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
  if (isSuccess(answer)) {
    const made = readAnswer(answer, OrderRow);
    if (made === undefined) throw new InDoubt(`Omnitron answered ${status} with nothing we can read.`);
    if (String(made.number ?? "") !== number)
      throw new InDoubt(`Omnitron answered ${status} with an order of another number.`);
    if (isCancelled(made.status)) throw new InDoubt(`Omnitron answered ${status} with a cancelled order.`);
    return keyOf(made);
  }
  const complaints = complaintsOf(answer);
  const error = errorOf(answer, createTable(answer, complaints, settings), {
    rest: "in-doubt",
    reason: (means, hint) =>
      [
        `Omnitron ${means === "rejected" ? "refused" : "answered"} the order (${status})`,
        hint,
        destination,
        api.quote(answer),
      ]
        .filter(Boolean)
        .join(": "),
    tools,
  });
  if (error instanceof Throttled && settings.throttledCreate === "in-doubt") throw new InDoubt(error.reason);
  if (error instanceof Rejected && complaints.some(says(settings.goneText)) && (await memo.forget())) {
    throw new Unavailable(
      `Omnitron does not know one of our remembered IDs, they are looked up again: ${error.reason}`,
    );
  }
  throw error;
}

/** A message of an error body with the field it belongs to. */
interface Complaint {
  field: string;
  message: string;
}

/** Turkish has capitals of its own: "BENZERSİZ" is "benzersiz". */
function says(pattern: string): (complaint: Complaint) => boolean {
  const words = new RegExp(pattern, "i");
  return ({ message }) => words.test(message) || words.test(message.toLocaleLowerCase("tr"));
}

/**
 * No text is documented. A complaint in words of uniqueness about the field `number`, or about the set it is unique in, is
 * one under either status. 406 is for "uniqueness checks or other service-related exceptions", so there such words are
 * enough, unless they are about another field or subject: "Duplicate product in order items".
 */
function isDuplicate(
  status: number,
  complaints: readonly Complaint[],
  { duplicateText, otherSubjectText }: Settings,
): boolean {
  const [isUniqueness, isOther] = [says(duplicateText), says(otherSubjectText)];
  const isOfNumber = ({ field, message }: Complaint) =>
    /(^|\.)number$/.test(field) ||
    (/(^|\.)non_field_errors$/.test(field) && /\bnumber\b|numara/i.test(message) && !isOther({ field, message }));
  if (complaints.some((each) => isOfNumber(each) && isUniqueness(each))) return true;
  if (status !== 406) return false;
  return complaints.some((each) => isGeneral(each.field) && isUniqueness(each) && !isOther(each));
}

/** What Django REST has no field for: a bare text or list, `detail`, `non_field_errors`, also of the order. */
const isGeneral = (field: string): boolean =>
  /^((order\.)?(non_field_errors|detail|message|error|errors))?$/.test(field);

const Named = z.object({ pk: z.optional(z.unknown()), id: z.optional(z.unknown()), order_id: z.optional(z.unknown()) });

/** Whether an answer shows a key of an order: at its top, below `order` or `data`, or in its words. */
function namesOrder(answer: HttpAnswer, complaints: readonly Complaint[]): boolean {
  if (complaints.some(({ message }) => /\border[_ ]?(id|pk|key)\W{1,3}\d/i.test(message))) return true;
  const body = readAnswer(answer, z.record(z.string(), z.unknown()));
  if (shownOrderId(body) !== undefined) return true;
  return [body, body?.["order"], body?.["data"]].some((part) => {
    const { pk, id, order_id } = Named.safeParse(part).data ?? {};
    return [pk, id, order_id].some((key) => Pk.safeParse(key).success);
  });
}

/** Whose answer it is, and how to put it into words. */
export interface CallContext {
  destination: string;
  tools: Pick<Tools, "now" | "count">;
  quote(answer: HttpAnswer): string;
}

/** @throws Misconfigured, Throttled, Unavailable for what a server says before it looks at the data */
export function throwUnlessAccepted(answer: HttpAnswer, { destination, tools, quote }: CallContext): void {
  const { status } = answer;
  const isOfData = status >= 400 && status < 500 && ![401, 403, 404, 429].includes(status);
  if (isSuccess(answer) || isOfData) return;
  throw errorOf(answer, REFUSED_CALL, {
    rest: "unavailable",
    reason: (_, hint) => [`Omnitron answered ${status}`, hint, destination, quote(answer)].filter(Boolean).join(": "),
    tools,
  });
}

/**
 * After `throwUnlessAccepted`, for calls that may be repeated.
 * @param ErrorClass what another 4xx means: the order's data is no good (Rejected), or our question is (Misconfigured)
 * @throws Rejected or Misconfigured, Unavailable when it cannot be read
 */
export function readable<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  what: string,
  { quote }: Pick<CallContext, "quote">,
  ErrorClass: typeof Rejected | typeof Misconfigured = Misconfigured,
): T {
  if (answer.status >= 400) throw new ErrorClass(`Omnitron refused ${what} (${answer.status}): ${quote(answer)}`);
  const read = answer.status < 300 ? readAnswer(answer, schema) : undefined;
  if (read === undefined) throw new Unavailable(`Omnitron's answer to ${what} (${answer.status}) cannot be read.`);
  return read;
}

/**
 * All messages of a Django REST error body with the field each belongs to; `non_field_errors` may be a text or a list,
 * `order` and `order_item` nest (reference/providers.md 4.3).
 */
function complaintsOf(answer: HttpAnswer): Complaint[] {
  const complaints: Complaint[] = [];
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
