import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { InDoubt, Misconfigured, Rejected, Throttled } from "../../../shared/errors.ts";
import { parseJson } from "../../../shared/json.ts";
import type { Settings } from "./settings.ts";

/** The document's 422 reasons 1 to 5, surely not created. Each begins the text it stands for. */
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

/**
 * What a create's answer other than 2xx means (reference/providers.md 5.4). "Rejected" is only for surely not created, because
 * a redrive tries it again; whatever the table does not name is in doubt.
 * @param now epoch ms, for `Retry-After`
 */
export function refusal(
  answer: HttpAnswer,
  { settings, token, now }: { settings: Settings; token: string; now: number },
): Error {
  const texts = textsOf(answer);
  const said = [answer.status, ...(texts.length > 0 ? [quoteAnswer(texts.join("; "), [token])] : [])].join(": ");
  if (texts.length > 0 && texts.every((text) => begins(text, STORE)))
    return new Misconfigured(`Shoplazza answered ${said}.`);

  switch (answer.status) {
    case 422:
      return surelyNotCreated(texts, settings)
        ? new Rejected(`Shoplazza refused the order: ${said}.`)
        : new InDoubt(`Shoplazza answered ${said}.`);
    case 406:
      return settings.notAcceptable === "rejected"
        ? new Rejected(`Shoplazza refused the order: ${said}.`)
        : new InDoubt(`Shoplazza answered ${said}.`);
    case 500:
      return ofInternalError(texts, said);
    case 400:
      // Also used for bad credentials, which come as one `error` text; a list is about fields.
      return isFieldList(answer)
        ? new Rejected(`Shoplazza refused the order: ${said}.`)
        : new Misconfigured(`Shoplazza answered ${said}.`);
    case 401:
    case 403:
    case 404:
    case 405:
      return new Misconfigured(`Shoplazza answered ${said}: token, scope or address of the shop.`);
    case 429:
      return new Throttled(`Shoplazza answered ${said}.`, retryAfter(answer, now));
    default:
      return new InDoubt(`Shoplazza answered ${said}.`);
  }
}

function surelyNotCreated(texts: readonly string[], { alsoRejects }: Settings): boolean {
  if (texts.some((text) => MAY_EXIST.test(text))) return false;
  const known = [...NOT_CREATED, ...alsoRejects.map((text) => text.toLowerCase())];
  // Go's validator: "TaxTotal is required".
  return texts.length > 0 && texts.every((text) => begins(text, known) || /^[\w.[\]]+ is required\.?$/i.test(text));
}

const begins = (text: string, known: readonly string[]): boolean =>
  known.some((beginning) => text.toLowerCase().startsWith(beginning));

/** The names are gRPC status codes, alone or as `code = NotFound`; where in the body they stand is not said. */
function ofInternalError(texts: readonly string[], said: string): Error {
  const names = texts.map((text) => /^(?:.*\bcode = )?(NotFound|Unimplemented|Unauthenticated)\b/.exec(text)?.[1]);
  const [name] = names;
  if (name === undefined || names.some((other) => other !== name)) return new InDoubt(`Shoplazza answered ${said}.`);
  return name === "NotFound"
    ? new Rejected(`Shoplazza refused the order: ${said}.`)
    : new Misconfigured(`Shoplazza answered ${said}: token, scope or version of the API.`);
}

/** The order ID that 422 reason 6 names: the order may exist, its options not. */
export function orderIdIn(answer: HttpAnswer): string | undefined {
  return textsOf(answer)
    .map((text) => /order_id[ :=]+([\w-]+) CreateOrderBatchOption failed/i.exec(text)?.[1])
    .find((id) => id !== undefined);
}

/** One text a reason: the document prints several of one number with ";" between. */
function textsOf(answer: HttpAnswer): string[] {
  const { errors, error, message, reason } = bodyOf(answer);
  return [errors, error, message, reason]
    .flat()
    .flatMap((text) => (typeof text === "string" ? text.split(";") : []))
    .map((text) => text.trim())
    .filter(Boolean);
}

const isFieldList = (answer: HttpAnswer): boolean => Array.isArray(bodyOf(answer)["errors"]);

function bodyOf({ text }: HttpAnswer): Record<string, unknown> {
  try {
    const body = parseJson(text);
    return typeof body === "object" && body !== null ? { ...body } : { error: body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // One bare word is a reason; a page of HTML is not.
    return text.length <= 500 && !text.includes("<") ? { error: text } : {};
  }
}
