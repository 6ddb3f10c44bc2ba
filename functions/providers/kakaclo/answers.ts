import * as z from "zod/mini";
import { type AnswerRow, errorOf, isSuccess, type Said } from "../../../shared/connector/answer-table.ts";
import { complaintBeside } from "../../../shared/connector/complaint-beside.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { refusedOrder } from "../../../shared/connector/refused-order.ts";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { InDoubt } from "../../../shared/errors.ts";
import type { Created } from "../provider.ts";
import type { CodeMeaning, Settings } from "./settings.ts";

/** `message` varies ("success", "ok", "kk.api.200") and says nothing of a success; `code` alone does. */
const Envelope = z.object({
  code: z.optional(z.nullable(z.union([z.number(), z.string()]))),
  message: z.optional(z.unknown()),
  msg: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  data: z.optional(z.unknown()),
});

const MEANT = /^(?!0+$)[A-Za-z0-9_-]{1,32}$/;
/** `kkOrderId String[32]`. More than one where the order is split by warehouse, in a list or between commas. */
const Ids = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((text) =>
    String(text)
      .split(/[,，;]/)
      .map((id) => id.trim()),
  ),
);
const OrderId = z.pipe(
  z.union([
    Ids,
    z.pipe(
      z.object({ kkOrderId: Ids }),
      z.transform(({ kkOrderId }) => kkOrderId),
    ),
  ]),
  z.array(z.string().check(z.regex(MEANT))),
);
/** A number in the sample, text in the table. */
const OrderIds = z.union([
  OrderId,
  z.pipe(
    z.array(OrderId).check(z.minLength(1)),
    z.transform((ids) => ids.flat()),
  ),
]);

/** "order 1000000371651 is waiting": KakaClo's numbers have 13 digits. */
const IN_WORDS = /(order|订单)( ?(id|no\.?|number)|号)?[ :：#=]{0,3}\d{10,}/i;

/** Whether an answer says that an order may be there, whatever else it says: by a number, which has seven digits or more. */
function namesOrder(answer: HttpAnswer, envelope: z.infer<typeof Envelope> | undefined): boolean {
  const ids = OrderIds.safeParse(envelope?.data);
  if (ids.success && ids.data.some((id) => /\d{7}/.test(id))) return true;
  return shownOrderId(readAnswer(answer, z.unknown())) !== undefined || IN_WORDS.test(textOf(envelope));
}

/** No code but 10000 is documented: these are conventions. An `x` is any digit. @see Settings.codes */
const CODES: Record<string, CodeMeaning> = {
  // Success in other systems, and in drafts of these documents: then not this envelope's refusal.
  ...{ "0": "in-doubt", "1000": "in-doubt", "200": "in-doubt", "20000": "in-doubt" },
  ...{ "401": "failed", "403": "failed", "401xx": "failed", "403xx": "failed" },
  ...{ "429": "in-doubt", "429xx": "in-doubt", "5xx": "in-doubt", "5xxxx": "in-doubt" },
};

function meaningOf(code: string, { codes }: Pick<Settings, "codes">): CodeMeaning | undefined {
  const all = [...Object.entries(codes), ...Object.entries(CODES)];
  return all.find(([pattern]) => new RegExp(`^${pattern.replaceAll("x", "\\d")}$`).test(code))?.[1];
}

const OUR_TOKEN = "it refused our token";
/** The whole message is about credentials; a refusal of an order may quote any word of its address. */
const ABOUT_TOKEN =
  /\b(access[ _-]?)?token\b.{0,20}\b(invalid|expired|missing|illegal|not valid)|^\W*(invalid|expired|illegal) (access )?token|^\W*unauthori[sz]ed|token.{0,6}(失效|无效|过期|错误)|令牌|未授权|鉴权/i;

/** reference/providers.md 1.4, for a create. Codes are read of an envelope alone. */
const createTable = (settings: Settings): readonly AnswerRow[] => {
  const means = (meaning: CodeMeaning) => (code: string) => meaningOf(code, settings) === meaning;
  const coded = (meaning: CodeMeaning) => ({ where: ({ code }: Said) => code !== undefined && means(meaning)(code) });
  const says = (texts: readonly string[]) => ({ where: (said: Said) => isEnvelope(said) && hasAny(said, texts) });
  return [
    { status: [429], means: "throttled", hint: "too many calls" },
    { status: [401, 403], means: "failed", hint: OUR_TOKEN },
    // Wrong address or method: no order's data is at fault, and no order was made.
    { status: [404, 405, 406, 407, 410, 411, 415, 431], means: "failed", hint: "check its baseUrl" },
    { status: [400, 422], where: isPage, means: "failed", hint: "something before it answered, check its baseUrl" },
    { status: MAYBE_REFUSED, ...coded("exists"), means: "already-exists", hint: EXISTS },
    { status: MAYBE_REFUSED, ...coded("in-doubt"), means: "in-doubt" },
    { status: MAYBE_REFUSED, ...coded("throttled"), means: "throttled", hint: "too many calls" },
    { status: MAYBE_REFUSED, ...coded("failed"), means: "failed", hint: OUR_TOKEN },
    { status: MAYBE_REFUSED, ...coded("rejected"), means: "rejected" },
    { status: MAYBE_REFUSED, where: (said) => saysItExists(said, settings), means: "already-exists", hint: EXISTS },
    { status: MAYBE_REFUSED, ...says(settings.transientTexts), means: "in-doubt" },
    {
      status: MAYBE_REFUSED,
      where: ({ texts }) => ABOUT_TOKEN.test(texts?.[0] ?? ""),
      means: "failed",
      hint: OUR_TOKEN,
    },
    { status: [400, 413, 414, 422], means: "rejected" },
    { where: (said) => isSuccess(said) && said.code !== undefined, means: "rejected" },
  ];
};

const EXISTS = "it has an order of this number";
/** Where the body says more than the status. */
const MAYBE_REFUSED = [200, 201, 202, 400, 409, 422];

const readTable = (settings: Settings): readonly AnswerRow[] => [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [401, 403], means: "failed", hint: OUR_TOKEN },
  {
    where: ({ code }) => code !== undefined && meaningOf(code, settings) === "failed",
    means: "failed",
    hint: OUR_TOKEN,
  },
  { where: ({ texts }) => ABOUT_TOKEN.test(texts?.[0] ?? ""), means: "failed", hint: OUR_TOKEN },
];

interface Context {
  settings: Settings;
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
 * The IDs of a created order, and what the answer complains of beside them. What the table does not class as surely not
 * created is in doubt, and so is whatever names an order.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(
  answer: HttpAnswer,
  { reference, destination, skus, settings, token, tools }: CreateContext,
): Created {
  const envelope = readAnswer(answer, Envelope);
  const code = envelope && codeOf(envelope);
  if (isSuccess(answer) && code === "10000") {
    const ids = OrderIds.safeParse(envelope?.data);
    if (!ids.success) throw new InDoubt("KakaClo says the order was created and gives no number.");
    return { providerOrderIds: [...new Set(ids.data)], ...defined({ complaint: complaintBeside(answer, [token]) }) };
  }
  const said = `${code ?? `HTTP ${answer.status}`} ${quoteAnswer(answer.text, [token])}`;
  if (namesOrder(answer, envelope)) throw new InDoubt(`KakaClo refused the order and names one: ${said}`);
  throw errorOf(answer, createTable(settings), {
    said: { code, texts: [textOf(envelope), reference, answer.text] },
    rest: "in-doubt",
    reason: (means, hint) =>
      means === "rejected"
        ? refusedOrder(destination, skus, said)
        : ["KakaClo answered the order", hint, said].filter(Boolean).join(": "),
    tools,
  });
}

const codeOf = ({ code }: z.infer<typeof Envelope>): string | undefined =>
  code === undefined || code === null ? undefined : String(code).trim();
const textOf = (envelope: z.infer<typeof Envelope> | undefined): string =>
  [envelope?.message, envelope?.msg, envelope?.error].filter((text) => typeof text === "string").join(" ");

const isEnvelope = ({ code, texts: [message = ""] = [] }: Said): boolean => code !== undefined || message !== "";
const hasAny = ({ texts: [message = ""] = [] }: Said, words: readonly string[]): boolean =>
  words.some((word) => message.toLowerCase().includes(word.toLowerCase()));
/** A page of a proxy or firewall, not KakaClo's words. */
const isPage = ({ texts: [, , body = ""] = [] }: Said): boolean => body.trimStart().startsWith("<");

/** Not documented either: a text about an order, or its number, that says it is there. "sku … does not exist" is none. */
function saysItExists(said: Said, { duplicateTexts }: Settings): boolean {
  const { texts: [message = "", reference = ""] = [] } = said;
  if (!hasAny(said, duplicateTexts)) return false;
  const isOurNumber = message.includes(reference) || /custom\s*order|自定义订单/i.test(message);
  return isOurNumber || (/order|订单|单号/i.test(message) && !/sku/i.test(message));
}

/** @returns `data` of a look-up @throws Throttled, Misconfigured, Unavailable */
export function readData<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>, { settings, token, tools }: Context): T {
  const envelope = answer.status === 200 ? readAnswer(answer, Envelope) : undefined;
  const code = envelope && codeOf(envelope);
  const data = code === "10000" ? schema.safeParse(envelope?.data) : undefined;
  if (data?.success) return data.data;
  throw errorOf(answer, readTable(settings), {
    said: { code, texts: [textOf(envelope)] },
    rest: "unavailable",
    reason: (_, hint = "it cannot be read") =>
      `KakaClo's list: ${hint}: HTTP ${answer.status} ${quoteAnswer(answer.text, [token])}`,
    tools,
  });
}
