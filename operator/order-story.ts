import { type Delivery, reasonOf } from "../shared/ledger/delivery.ts";
import { deliveryOf } from "../shared/ledger/delivery-of.ts";
import type { OrderSnapshot } from "../shared/ledger/ledger.ts";
import { isHeldForOperator, isUnconfirmed } from "../shared/ledger/order-life.ts";
import { readTrace } from "../shared/ledger/trace.ts";
import { shellWord } from "../shared/shell-word.ts";
import { pathOf } from "../shared/stage/config.ts";
import { kindOf, nextStep } from "./next-step.ts";
import { terminalText } from "./terminal-text.ts";

/** UTC, to the second: `2026-11-20 15:00:05Z`. @param at epoch ms, or ISO 8601 */
export const timeText = (at: number | string): string =>
  `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`;

/** The command that shows an order, to be copied: an order ID may be anything. @param order `shopify/main/1` */
export function commandFor({ stage, stages }: { stage: string; stages?: string }, order?: string): string {
  const words = ["--stage", stage, ...(stages === undefined ? [] : ["--stages", stages])];
  return ["npm run order --", ...[...words, ...(order === undefined ? [] : [order])].map(shellWord)].join(" ");
}

/** The order's trace for a person to read. @param command that shows it, for what to do next */
export async function orderStory(file: OrderSnapshot, command: string): Promise<string> {
  const { record } = file;
  const trace = await readTrace({ load: async () => file }, record);
  const head = [
    `${pathOf({ channel: record.channel, name: record.connection })}/${record.orderId}`,
    `${record.state}${record.reason ? `: ${record.reason}` : ""}${record.generation > 1 ? ` (generation ${record.generation})` : ""}`,
    `placed ${record.placedAt ? timeText(record.placedAt) : "-"}, first seen ${timeText(record.firstSeenAt)}${bodyWords(file)}`,
    ...(isHeldForOperator(record)
      ? [`next: ${nextStep(isUnconfirmed(record) ? "unconfirmed" : "held", command)}`]
      : []),
  ];
  const deliveries = (trace?.deliveries ?? []).map(({ destination, generation, state }) => {
    const known = deliveryOf(file, destination, generation);
    const older = generation < record.generation ? `, generation ${generation}` : "";
    return [
      `  ${destination}  ${state}${older}`,
      ...facts(known, command).map((fact) => `      ${terminalText(fact)}`),
    ].join("\n");
  });
  const events = record.events.map(({ at, topic, outcome }) => terminalText(`  ${timeText(at)}  ${topic}: ${outcome}`));
  const tickets = (record.tickets ?? []).map(({ at, text }) => terminalText(`  ${timeText(at)}  ${text}`));
  const earlier = record.eventCount - record.events.length;
  return [
    head.map(terminalText).join("\n"),
    ...(tickets.length > 0 ? [`Tickets (docs/runbook.md#orders-to-check)\n${tickets.join("\n")}`] : []),
    deliveries.length > 0 ? `Deliveries\n${deliveries.join("\n")}` : "No deliveries",
    `Events${earlier > 0 ? ` (${earlier} earlier ones not kept)` : ""}\n${events.join("\n")}`,
  ].join("\n\n");
}

function bodyWords({ record, body }: OrderSnapshot): string {
  if (body) return "";
  return record.erasure?.erasedAt === undefined ? "; its body has expired" : "; the buyer's data is erased";
}

function facts(delivery: Delivery | undefined, command: string): string[] {
  if (!delivery) return ["waits on its queue; nothing has been sent there yet"];
  const { reference, attempts, lastSentAt, providerOrderIds, createdAt, settledAt, nextAttemptAt } = delivery;
  const { notes = [], followUp, resolvedBy, destination } = delivery;
  const kind = kindOf(delivery);
  const reason = reasonOf(delivery);
  return [
    ...(reference ? [`reference: ${reference}`] : []),
    ...(providerOrderIds.length > 0 ? [`provider's ID: ${providerOrderIds.join(", ")}`] : []),
    ...(attempts > 0 ? [`attempts: ${attempts}${lastSentAt ? `, the last ${timeText(lastSentAt)}` : ""}`] : []),
    ...(createdAt ? [`created: ${timeText(createdAt)}`] : []),
    ...(reason ? [`reason: ${reason}`] : []),
    ...(settledAt ? [`settled: ${timeText(settledAt)}; until then a look-up that finds nothing proves nothing`] : []),
    ...(nextAttemptAt ? [`next attempt: ${timeText(nextAttemptAt)}`] : []),
    ...(followUp ? [`open step: ${followUp}`] : []),
    ...notes.map((note) => `note: ${note}`),
    ...(resolvedBy ? [`by hand: ${resolvedBy}`] : []),
    ...(kind ? [`next: ${nextStep(kind, command, destination)}`] : []),
  ];
}
