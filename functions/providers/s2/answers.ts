import * as z from "zod/mini";
import { type AnswerRow, errorOf, isSuccess, type Said } from "../../../shared/connector/answer-table.ts";
import { compareLines } from "../../../shared/connector/compare-lines.ts";
import { complaintBeside } from "../../../shared/connector/complaint-beside.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { Anything, looseRow, Shown } from "../../../shared/connector/list-schema.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { isReadable } from "../../../shared/connector/recognise.ts";
import { shownOrderId } from "../../../shared/connector/shown-order-id.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { InDoubt } from "../../../shared/errors.ts";
import type { Created, SentLine } from "../provider.ts";
import { Items } from "./items.ts";
import type { Settings } from "./settings.ts";

const CreatedOrder = looseRow(
  z.object({ id: Shown, account: Anything, channelOrderId: Shown, status: Shown, createdAt: Shown, items: Anything }),
);
const Refusal = z.object({
  code: z.optional(z.nullable(z.union([z.string(), z.number()]))),
  message: z.optional(z.unknown()),
  id: Anything,
  orderId: Anything,
  order: Anything,
  channelOrderId: Anything,
});
type Refusal = z.infer<typeof Refusal>;

/** Our clock against theirs. */
export const SKEW = 15 * 60_000;
/** Only UNFULFILLED is documented. */
export const isCancelled = (status: string): boolean => /cancel/i.test(status);
/** With a fraction of any length, and a zone. */
export const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text);

/** What routers and gateways say in JSON of an address that they do not have; they name nothing of an order. */
const ABOUT_ROUTE = /^(page |route )?not found\.?$|no route matched|^cannot post\b/i;
const NO_ROUTE = "it has no such address, check its baseUrl";
const EXISTS = "it has an order of this number";

/** reference/providers.md 2.3, for a create. The first of the texts is S2's `message`, the second our reference. */
const createTable = ({ duplicateCodes, duplicateTexts, transientTexts }: Settings): readonly AnswerRow[] => [
  { status: [429], means: "throttled", hint: "too many calls" },
  {
    status: [401, 403],
    means: "failed",
    hint: "it refused a fresh token: wrong organization, or a user without the right",
  },
  { status: REFUSED, code: duplicateCodes, means: "already-exists", hint: EXISTS },
  { status: REFUSED, where: (said) => saysItExists(said, duplicateTexts), means: "already-exists", hint: EXISTS },
  { status: REFUSED, where: (said) => hasAny(said, transientTexts), means: "in-doubt" },
  {
    status: [404],
    where: ({ texts: [message = ""] = [] }) => ABOUT_ROUTE.test(message),
    means: "failed",
    hint: NO_ROUTE,
  },
  { status: [400, 404, 422], where: ({ texts }) => !!texts?.[0], means: "rejected" },
  // A page of something before S2, or of another server: no order's data is at fault.
  { status: [400, 404, 422], means: "failed", hint: "not S2's answer, check its baseUrl" },
  { status: [405, 406, 407, 410, 411, 415, 431], means: "failed", hint: "check its baseUrl" },
];

/** Where the body says more than the status. */
const REFUSED = [400, 404, 409, 422];

const hasAny = ({ texts: [message = ""] = [] }: Said, words: readonly string[]): boolean =>
  words.some((word) => message.toLowerCase().includes(word.toLowerCase()));

/** Not documented for orders: a text about an order, or its number, that says it is there. */
function saysItExists(said: Said, duplicateTexts: readonly string[]): boolean {
  const { texts: [message = "", reference = ""] = [] } = said;
  return hasAny(said, duplicateTexts) && (message.includes(reference) || /order/i.test(message));
}

/** A refusal that names an order's ID: whatever else it says, the order may be there. */
const namesOrder = ({ id, orderId, order, channelOrderId }: Refusal): boolean =>
  isReadable(orderId) ||
  isReadable(z.safeParse(z.object({ id: Anything }), order).data?.id) ||
  (isReadable(id) && isReadable(channelOrderId));

const READ: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [401, 403], means: "failed", hint: "it refused a fresh token" },
];

const LOGIN: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  {
    where: ({ status }) => status >= 400 && status < 500 && status !== 408,
    means: "failed",
    hint: "it refused the login",
  },
];

interface Context {
  /** What a reason must not quote. */
  secrets: readonly string[];
  tools: Pick<Tools, "now" | "count">;
}

interface CreateContext extends Context {
  settings: Settings;
  reference: string;
  lines: readonly SentLine[];
  sentAt: number;
}

/**
 * A created order, and what the answer complains of beside it. What the table does not class as surely not created is in
 * doubt, and so is a refusal that names an order, and a success that shows another order, or an older one: the look-up
 * says what is there.
 * @throws Rejected, Misconfigured, Throttled, AlreadyExists, InDoubt
 */
export function readCreated(answer: HttpAnswer, context: CreateContext): Created {
  const { reference, lines, sentAt, secrets } = context;
  const { status } = answer;
  if (!isSuccess(answer)) throw refusalOf(answer, context);

  const created = readAnswer(answer, CreatedOrder);
  if (!created?.id) throw new InDoubt(`S2 answered the order with HTTP ${status} and no order we can read.`);
  const { id, channelOrderId, createdAt } = created;
  if (channelOrderId && channelOrderId !== reference) {
    throw new InDoubt(`S2 answered with order ${id} of another number.`);
  }
  if (isCancelled(created.status)) throw new InDoubt(`S2 answered with order ${id}, which is cancelled.`);
  if (isTime(createdAt) && Date.parse(createdAt) < sentAt - SKEW) {
    throw new InDoubt(`S2 answered with order ${id}, which is older than ours.`);
  }
  const items = Items.safeParse(created.items);
  const { difference } = items.success ? compareLines(lines, items.data) : { difference: "" };
  return {
    providerOrderIds: [id],
    ...(difference && { notes: [`S2's answer shows ${difference}.`] }),
    ...defined({ complaint: complaintBeside(answer, secrets) }),
  };
}

function refusalOf(answer: HttpAnswer, { reference, settings, secrets, tools }: CreateContext): Error {
  const body = readAnswer(answer, Refusal);
  // The body of a 5xx holds the reference ID that S2's support asks for.
  const said = `HTTP ${answer.status}: ${quoteAnswer(answer.text, secrets)}`;
  if ((body && namesOrder(body)) || shownOrderId(readAnswer(answer, z.unknown())))
    return new InDoubt(`S2 refused the order and names one: ${said}`);
  const message = typeof body?.message === "string" ? body.message : "";
  return errorOf(answer, createTable(settings), {
    said: { code: body?.code == null ? undefined : String(body.code), texts: [message, reference] },
    rest: "in-doubt",
    reason: (means, hint) =>
      [means === "rejected" ? "S2 refused the order" : "S2 answered the order", hint, said].filter(Boolean).join(": "),
    tools,
  });
}

/** @param what for the reason: "order list" @returns a look-up's answer @throws Throttled, Misconfigured, Unavailable */
export function readFound<T>(
  answer: HttpAnswer,
  schema: z.ZodMiniType<T>,
  what: string,
  { secrets, tools }: Context,
): T {
  const found = isSuccess(answer) ? readAnswer(answer, schema) : undefined;
  if (found !== undefined) return found;
  throw errorOf(answer, READ, {
    rest: "unavailable",
    reason: (_, hint = "it cannot be read") =>
      `S2's ${what}: ${hint}: HTTP ${answer.status} ${quoteAnswer(answer.text, secrets)}`,
    tools,
  });
}

/** What an answer to the login means that brings no token. Quotes no body: it may repeat the password. */
export const loginError = (answer: HttpAnswer, tools: Context["tools"]) =>
  errorOf(answer, LOGIN, {
    rest: "unavailable",
    reason: (_, hint = "it gave no token we can read") => `S2 answered the login with HTTP ${answer.status}: ${hint}.`,
    tools,
  });
