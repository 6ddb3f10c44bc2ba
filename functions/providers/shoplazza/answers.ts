import * as z from "zod/mini";
import { type AnswerRow, errorOf } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Settings } from "./settings.ts";
import { Id } from "./shop-order.ts";

/** The document's 422 reasons 1 to 5, surely not created. Each is the beginning of a text. */
const NOT_CREATED = [
  "the shipping address does not pass",
  "shippingaddress is nil",
  "get transaction settings error",
  "not exists checkout setting",
  "failed to create order line items",
  "record_not_found",
  "create_order_calculate_failed",
  "order price calculate error",
  "create_order_build_failed",
  "customer or paymentline information error",
];
/** Reasons 6 to 8: the order may exist, wherever in a text they stand. */
const MAY_EXIST = /CreateOrderBatchOption failed|Get Order Detail failed|DecreaseInventory failed/i;
const STORE = ["store is not active"];
const CALL = "token, scope or address of the shop";

/** reference/providers.md 5.4, for a create. "Rejected" is only for surely not created, because a redrive tries it again. */
const createTable = (answer: HttpAnswer, settings: Settings): readonly AnswerRow[] => [
  // Whatever it says: where there is an ID, there is an order.
  { where: () => orderIdIn(answer) !== undefined, means: "in-doubt", hint: "it names an order" },
  {
    where: ({ texts = [] }) =>
      texts.length > 0 && texts.every((text) => begins(text, [...STORE, ...settings.alsoFails])),
    means: "failed",
  },
  { status: [422], where: ({ texts = [] }) => surelyNotCreated(texts, settings), means: "rejected" },
  { status: [406], means: settings.notAcceptable },
  // What was not found may be the order that it has just made, as in reason 7.
  { status: [500], code: ["NotFound"], means: settings.notFound },
  {
    status: [500],
    code: ["Unimplemented", "Unauthenticated"],
    means: "failed",
    hint: "token, scope or version of the API",
  },
  // Also used for bad credentials, which come as one `error` text; a list is about fields.
  { status: [400], where: () => isFieldList(answer), means: "rejected" },
  { status: [400], means: "failed" },
  { status: [401, 403, 404, 405], means: "failed", hint: CALL },
  { status: [429], means: "throttled" },
];

const READ: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { where: ({ status }) => status >= 400 && status < 500, means: "failed", hint: CALL },
];

interface Context {
  token: string;
  tools: Pick<Tools, "now" | "count">;
}

/** What a create's answer other than 2xx means. */
export function createError(answer: HttpAnswer, { settings, token, tools }: Context & { settings: Settings }) {
  const texts = textsOf(answer);
  const said = [answer.status, ...(texts.length > 0 ? [quoteAnswer(texts.join("; "), [token])] : [])].join(": ");
  return errorOf(answer, createTable(answer, settings), {
    said: { code: grpcStatusOf(texts), texts },
    rest: "in-doubt",
    reason: (means, hint) =>
      means === "rejected"
        ? `Shoplazza refused the order: ${said}.`
        : `Shoplazza answered ${said}${hint === undefined ? "" : `: ${hint}`}.`,
    tools,
  });
}

/** What a look-up's answer other than 2xx means. */
export const readError = (answer: HttpAnswer, tools: Context["tools"]) =>
  errorOf(answer, READ, {
    rest: "unavailable",
    reason: (_, hint) => `Shoplazza answered ${answer.status}${hint === undefined ? "" : `: ${hint}`}.`,
    tools,
  });

function surelyNotCreated(texts: readonly string[], { alsoRejects, alsoInDoubt }: Settings): boolean {
  const isOpen = (text: string) =>
    MAY_EXIST.test(text) || alsoInDoubt.some((part) => text.toLowerCase().includes(part.toLowerCase()));
  if (texts.some(isOpen)) return false;
  const known = [...NOT_CREATED, ...alsoRejects];
  return texts.length > 0 && texts.every((text) => begins(text, known) || IS_REQUIRED.test(text) || INVALID.test(text));
}

/** "TaxTotal is required" */
const IS_REQUIRED = /^[\w.[\]]+ is required\.?$/i;
/** Of Go's validator, before anything is made: "Key: 'Order.TaxTotal' Error:Field validation for 'TaxTotal' failed on the 'required' tag". */
const INVALID = /^Key: '[^']*' Error:\s*Field validation for '[^']*' failed on the '\w+' tag$/;

const begins = (text: string, known: readonly string[]): boolean =>
  known.some((beginning) => text.toLowerCase().startsWith(beginning.toLowerCase()));

/** The one gRPC status that all texts name, alone or as `code = NotFound`; where in the body they stand is not said. */
function grpcStatusOf(texts: readonly string[]): string | undefined {
  const names = texts.map((text) => /^(?:.*\bcode = )?(NotFound|Unimplemented|Unauthenticated)\b/.exec(text)?.[1]);
  const [name] = names;
  return names.every((other) => other === name) ? name : undefined;
}

const Named = z.object({ id: z.optional(z.unknown()), order_id: z.optional(z.unknown()) });

/** The order ID that an error names, in its words as 422 reason 6, or in a field: then the order may exist. */
export function orderIdIn(answer: HttpAnswer): string | undefined {
  const inWords = textsOf(answer)
    .map((text) => /order[_ ]?id[ :=]+"?([\w-]*\d[\w-]*)/i.exec(text)?.[1])
    .find((id) => id !== undefined);
  if (inWords !== undefined) return inWords;
  const { order, data, ...top } = bodyOf(answer);
  const fields = [order, Named.safeParse(data).success ? { ...Object(data), ...Object(data).order } : undefined, top];
  const ids = fields.flatMap((part) => {
    const { id, order_id } = Named.safeParse(part).data ?? {};
    return [order_id, id];
  });
  const named = ids.map((id) => Id.safeParse(id).data).find((id) => id !== undefined && /\d/.test(id));
  return named ?? shownOrderId(bodyOf(answer));
}

/**
 * One text a reason: the document prints several of one number with ";" between, Go's validator writes one a line. A
 * message about a field, however deep, begins with the field: `{"errors":{"tax_total":["is required"]}}`.
 */
function textsOf(answer: HttpAnswer): string[] {
  const { errors, error, message, reason } = bodyOf(answer);
  const texts: string[] = [];
  const walk = (value: unknown, field: string) => {
    if (typeof value === "string") {
      for (const text of value.split(/[;\n]/)) texts.push(`${field && text.trim() ? `${field} ` : ""}${text.trim()}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        walk(inner, Array.isArray(value) ? field : /^(errors?|messages?|msg|reasons?|details?)$/i.test(key) ? "" : key);
      }
    }
  };
  for (const value of [errors, error, message, reason]) walk(value, "");
  return texts.filter(Boolean);
}

const isFieldList = (answer: HttpAnswer): boolean => Array.isArray(bodyOf(answer)["errors"]);

function bodyOf({ text }: HttpAnswer): Record<string, unknown> {
  try {
    const body = parseJson(text.replace(/^\uFEFF/, ""));
    return typeof body === "object" && body !== null ? { ...body } : { error: body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // One bare word is a reason; a page of HTML is not.
    return text.length <= 500 && !text.includes("<") ? { error: text } : {};
  }
}
