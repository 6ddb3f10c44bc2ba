import * as z from "zod/mini";
import { type AnswerRow, errorOf, isSuccess, type Said } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { refusedOrder } from "../../../shared/connector/refused-order.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { InDoubt } from "../../../shared/errors.ts";

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

/** reference/providers.md 1.4, for a create. Codes are read of a 2xx alone. */
const CREATE: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [400, 413, 414, 422], means: "rejected" },
  { status: [401, 403], means: "failed", hint: "it refused our token" },
  // Wrong address or method: no order's data is at fault, and no order was made.
  { status: [404, 405, 406, 407, 410, 411, 415, 431], means: "failed", hint: "check its baseUrl" },
  // No code but 10000 is documented. One written like an HTTP status is read like that status.
  { code: ["401", "403"], means: "failed", hint: "it refused our token" },
  { code: /^(429|5\d\d)$/, means: "in-doubt" },
  { code: /^(?!10000$)/, where: saysItExists, means: "already-exists", hint: "it has an order of this number" },
  { code: /^(?!10000$)/, means: "rejected" },
];

const READ: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [401, 403], means: "failed", hint: "it refused our token" },
  { code: ["401", "403"], means: "failed", hint: "it refused our token" },
];

interface Context {
  token: string;
  tools: Pick<Tools, "now" | "count">;
}

interface CreateContext extends Context {
  reference: string;
  destination: string;
  /** KakaClo's SKUs of the order. */
  skus: readonly string[];
}

/**
 * The IDs of a created order. What the table does not class as surely not created is in doubt.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(answer: HttpAnswer, context: CreateContext): string[] {
  const { reference, destination, skus, token, tools } = context;
  const envelope = isSuccess(answer) ? readAnswer(answer, Envelope) : undefined;
  const code = envelope && String(envelope.code);
  if (code === "10000") {
    const ids = OrderIds.safeParse(envelope?.data);
    if (ids.success) return ids.data;
    throw new InDoubt("KakaClo says the order was created and gives no number.");
  }
  const said = `${code ?? `HTTP ${answer.status}`} ${quoteAnswer(answer.text, [token])}`;
  throw errorOf(answer, CREATE, {
    said: { code, texts: [String(envelope?.message), reference] },
    rest: "in-doubt",
    reason: (means, hint) =>
      means === "rejected"
        ? refusedOrder(destination, skus, said)
        : ["KakaClo answered the order", hint, said].filter(Boolean).join(": "),
    tools,
  });
}

/** Not documented either: a text about our order number that says it is there. "sku … does not exist" is none. */
function saysItExists({ texts: [message = "", reference = ""] = [] }: Said): boolean {
  return (
    (message.includes(reference) || /custom\s*order/i.test(message)) &&
    /already|duplicat|重复|已存在|已经存在/i.test(message)
  );
}

/** @returns `data` of a look-up @throws Throttled, Misconfigured, Unavailable */
export function readData<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>, { token, tools }: Context): T {
  const envelope = answer.status === 200 ? readAnswer(answer, Envelope) : undefined;
  const code = envelope && String(envelope.code);
  const data = code === "10000" ? schema.safeParse(envelope?.data) : undefined;
  if (data?.success) return data.data;
  throw errorOf(answer, READ, {
    said: { code },
    rest: "unavailable",
    reason: (_, hint = "it cannot be read") =>
      `KakaClo's list: ${hint}: HTTP ${answer.status} ${quoteAnswer(answer.text, [token])}`,
    tools,
  });
}
