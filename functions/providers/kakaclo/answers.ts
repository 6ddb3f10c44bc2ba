import * as z from "zod/mini";
import { type HttpAnswer, retryAfter } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { refusedOrder } from "../../../shared/connector/refused-order.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";

/** `message` varies ("success", "ok", "kk.api.200") and says nothing; `code` alone does. */
const Envelope = z.object({
  code: z.union([z.number(), z.string()]),
  message: z.optional(z.unknown()),
  data: z.optional(z.unknown()),
});

const Id = z.pipe(
  z.union([z.string().check(z.minLength(1)), z.number()]),
  z.transform((id) => String(id)),
);
const OrderId = z.union([
  Id,
  z.pipe(
    z.object({ kkOrderId: Id }),
    z.transform(({ kkOrderId }) => kkOrderId),
  ),
]);
/** A number in the sample, `kkOrderId String[32]` in the table, more than one when the order is split by warehouse. */
const OrderIds = z.union([
  z.array(OrderId).check(z.minLength(1)),
  z.pipe(
    OrderId,
    z.transform((id) => [id]),
  ),
]);

const REFUSED_DATA = new Set([400, 413, 414, 422]);
const CREDENTIALS = new Set([401, 403]);
/** Wrong address or method: nobody's order is at fault, and no order was made. */
const REFUSED_CALL = new Set([404, 405, 406, 407, 410, 411, 415, 431]);

interface Reading {
  reference: string;
  destination: string;
  /** KakaClo's SKUs of the order. */
  skus: readonly string[];
  token: string;
  tools: Pick<Tools, "now" | "count">;
}

/**
 * The IDs of a created order. `reference/providers.md` 1.4: whatever it does not class as surely not created is in doubt.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(answer: HttpAnswer, { reference, destination, skus, token, tools }: Reading): string[] {
  const { status, text } = answer;
  const said = () => quoteAnswer(text, [token]);
  if (status === 429) throw throttled(answer, tools);
  const rejected = (code: string) => new Rejected(refusedOrder(destination, skus, `${code} ${said()}`));
  if (REFUSED_DATA.has(status)) throw rejected(`HTTP ${status}`);
  if (CREDENTIALS.has(status)) throw new Misconfigured(`KakaClo refused our token with HTTP ${status}.`);
  if (REFUSED_CALL.has(status))
    throw new Misconfigured(`KakaClo refused the call with HTTP ${status}; check its baseUrl.`);

  const envelope = status >= 200 && status < 300 ? readAnswer(answer, Envelope) : undefined;
  if (!envelope) throw new InDoubt(`KakaClo answered the order with HTTP ${status} and nothing we can read.`);
  const code = String(envelope.code);
  if (code === "10000") {
    const ids = OrderIds.safeParse(envelope.data);
    if (ids.success) return ids.data;
    throw new InDoubt("KakaClo says the order was created and gives no number.");
  }
  const message = `KakaClo refused the order with code ${code}: ${said()}`;
  // No code but 10000 is documented. One written like an HTTP status is read like that status.
  if (code === "401" || code === "403") throw new Misconfigured(message);
  if (code === "429" || /^5\d\d$/.test(code)) throw new InDoubt(message);
  if (saysItExists(String(envelope.message), reference)) throw new AlreadyExists(message);
  throw rejected(code);
}

/** Not documented either: a text about our order number that says it is there. "sku … does not exist" is none. */
const saysItExists = (message: string, reference: string): boolean =>
  (message.includes(reference) || /custom\s*order/i.test(message)) &&
  /already|duplicat|重复|已存在|已经存在/i.test(message);

/** @returns `data` of a look-up @throws Throttled, Misconfigured, Unavailable */
export function readData<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  { token, tools }: Pick<Reading, "token" | "tools">,
): T {
  const { status } = answer;
  if (status === 429) throw throttled(answer, tools);
  if (CREDENTIALS.has(status)) throw new Misconfigured(`KakaClo refused our token with HTTP ${status}.`);
  const envelope = status === 200 ? readAnswer(answer, Envelope) : undefined;
  if (envelope && (String(envelope.code) === "401" || String(envelope.code) === "403")) {
    throw new Misconfigured(`KakaClo refused our token with code ${envelope.code}.`);
  }
  const data = envelope && String(envelope.code) === "10000" ? schema.safeParse(envelope.data) : undefined;
  if (data?.success) return data.data;
  throw new Unavailable(`KakaClo's list cannot be read: HTTP ${status} ${quoteAnswer(answer.text, [token])}`);
}

function throttled(answer: HttpAnswer, tools: Reading["tools"]): Throttled {
  tools.count("throttled");
  return new Throttled("KakaClo answered 429: too many calls.", retryAfter(answer, tools.now()));
}
