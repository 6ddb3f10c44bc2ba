import { CommandError } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import type { OpenStage } from "./open-stage.ts";
import { orderIdentity } from "./order-identity.ts";
import { sendAgain, sendable } from "./send-again.ts";
import type { Terminal } from "./terminal.ts";
import { terminalText } from "./terminal-text.ts";
import type { WaitingOne } from "./waiting.ts";

/** Orders read or sent side by side. */
const SIDE_BY_SIDE = 10;
/** Orders between two lines of progress. */
const PROGRESS = 100;
/** Refusals that are listed. */
const SHOWN = 5;

interface Looked {
  one: WaitingOne;
  /** What its message will do; undefined if it cannot be sent. */
  will?: string;
  whyNot?: string;
}

/** What was done with the deliveries that matched a filter. */
export interface SentMatching {
  sent: number;
  refused: { order: string; destination: string | null; reason: string }[];
}

interface Around {
  stage: OpenStage;
  terminal: Terminal;
  yes: boolean;
}

type SendStage = Pick<OpenStage, "ledger" | "queues" | "config" | "who">;

/** What sending them again would do. */
export interface SendPreview {
  able: readonly WaitingOne[];
  /** How many have the same outcome, in a sentence, most first. */
  outcomes: { will: string; count: number }[];
  refused: SentMatching["refused"];
}

/** Reads each of them. @param progress "looked at 100 of 5000" */
export async function previewSend(
  waiting: readonly WaitingOne[],
  stage: SendStage,
  progress: (sentence: string) => void,
): Promise<SendPreview> {
  const looked = await inTurns(waiting, (one) => lookAt(one, stage), progress, "looked at");
  const able = looked.filter(({ will }) => will !== undefined);
  const outcomes = Map.groupBy(able, ({ will = "" }) => will);
  return {
    able: able.map(({ one }) => one),
    outcomes: [...outcomes].map(([will, ones]) => ({ will, count: ones.length })).toSorted((a, b) => b.count - a.count),
    refused: looked.flatMap(({ one, whyNot }) => (whyNot === undefined ? [] : [refusalOf(one, whyNot)])),
  };
}

/** The preview in sentences. */
export const sendPlan = ({ able, outcomes, refused }: SendPreview, who: string): string[] => [
  `send ${able.length} message${able.length === 1 ? "" : "s"} again, as ${who}`,
  ...outcomes.map(({ will, count }) => `${count} × ${will}`),
  ...(refused.length > 0 ? [`leave out ${refused.length} that cannot be sent`] : []),
];

/** Sends them again. One that another writer changed meanwhile is left out and reported; the others go on. */
export async function sendThem(
  able: readonly WaitingOne[],
  stage: SendStage,
  progress: (sentence: string) => void,
): Promise<SentMatching> {
  const results = await inTurns(able, (one) => sendOne(one, stage), progress, "sent");
  const refused = results.filter((result) => result !== undefined);
  return { sent: results.length - refused.length, refused };
}

/**
 * Sends again every delivery listed, after a preview by outcome and the operator's consent. One that another writer
 * changed, or that cannot be sent, is left out and reported; the others go on.
 * @throws CommandError if none can be sent, or the operator does not consent
 */
export async function sendMatching(waiting: readonly WaitingOne[], around: Around): Promise<SentMatching> {
  const { stage, terminal, yes } = around;
  const preview = await previewSend(waiting, stage, terminal.note);
  if (preview.able.length === 0) throw new CommandError(nothingToSend(waiting.length, preview));
  await confirm(terminal, sendPlan(preview, stage.who), yes);

  const { sent, refused: missed } = await sendThem(preview.able, stage, terminal.note);
  const refused = [...preview.refused, ...missed];
  terminal.say(`Sent ${sent}. npm run failed shows in a minute what is left.`);
  for (const { order, destination, reason } of refused.slice(0, SHOWN)) {
    terminal.note(terminalText(`not sent: ${order} to ${destination}: ${reason}`));
  }
  if (refused.length > SHOWN) terminal.note(`… and ${refused.length - SHOWN} more were not sent.`);
  return { sent, refused };
}

/** @param matching how many matched */
export const nothingToSend = (matching: number, { refused }: SendPreview): string =>
  matching === 0
    ? "Nothing matches, so nothing was sent."
    : `None of the ${matching} that match can be sent: ${refused[0]?.reason}`;

const refusalOf = ({ order, destination }: WaitingOne, reason: string) => ({ order, destination, reason });

/** Without the order's own reference, so that equal outcomes can be counted. */
const commonWill = (will: string, { reference }: WaitingOne): string =>
  reference === null ? will : will.replaceAll(reference, "each");

async function lookAt(one: WaitingOne, { ledger, config }: SendStage): Promise<Looked> {
  if (one.destination === null) {
    return { one, whyNot: "the order is held: npm run order with --renew or --keep decides" };
  }
  const file = await ledger.load(orderIdentity(one.order));
  if (!file) return { one, whyNot: "the order has expired" };
  try {
    const [found] = sendable(file, one.destination, config, Date.now());
    return found ? { one, will: commonWill(found.will, one) } : { one, whyNot: "it has nothing to send" };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { one, whyNot: error.message };
  }
}

async function sendOne(one: WaitingOne, stage: SendStage) {
  const { destination, order } = one;
  const record = await stage.ledger.order(orderIdentity(order));
  if (!record || destination === null) return refusalOf(one, "the order has expired");
  try {
    await sendAgain(record, [destination], `sent again to ${destination} by ${stage.who}`, { ...stage, now: Date.now });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return refusalOf(one, error.message);
  }
}

async function inTurns<One, Result>(
  ones: readonly One[],
  work: (one: One) => Promise<Result>,
  progress: (sentence: string) => void,
  done: string,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < ones.length; at += SIDE_BY_SIDE) {
    results.push(...(await Promise.all(ones.slice(at, at + SIDE_BY_SIDE).map(work))));
    if (results.length % PROGRESS === 0 && results.length < ones.length) {
      progress(`${done} ${results.length} of ${ones.length}`);
    }
  }
  return results;
}
