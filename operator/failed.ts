import { Command, Option } from "commander";
import { loadChannel } from "../functions/channels/registry.ts";
import { explainEvent } from "../shared/messages/explain-event.ts";
import { shellWord } from "../shared/shell-word.ts";
import { queueName } from "../shared/stage/names.ts";
import { CommandError } from "./command-error.ts";
import { type MoreDeadLetters, messagesOn, moreDeadLetters } from "./dead-letters.ts";
import { nextStep } from "./next-step.ts";
import { type OpenStage, openStage } from "./open-stage.ts";
import { commandFor, timeText } from "./order-story.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { sendMatching } from "./send-matching.ts";
import { processTerminal } from "./terminal.ts";
import { terminalJson, terminalText } from "./terminal-text.ts";
import { type UnreadableEvent, unreadableEvents } from "./unreadable-events.ts";
import { grouped, type WaitingGroup, type WaitingOne, waitingOnes } from "./waiting.ts";
import { type Filter, filterOf, isEmpty, matching } from "./waiting-filter.ts";

/** How many orders of each group are listed without `--all`. */
const SHOWN = 5;

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  json?: true;
  all?: true;
  destination?: string;
  since?: string;
  reason?: string;
  send?: true;
  yes?: true;
  exitCode?: true;
}

/** Exit code of `--exit-code` if something is listed; 1 is that of a mistake. */
const LISTED = 2;

/** `npm run failed`: what needs an operator. */
export const failedCommand = ({ terminal, variables, exitWith }: CommandContext): Command =>
  new Command("npm run failed --")
    .description("Lists what needs an operator or is overdue, by destination and reason, longest waiting first.")
    .requiredOption("--stage <stage>", "name of infra/stages/<stage>.ts; local: the stack that npm start runs")
    .option("--stages <folder>", "folder of the stage files, if not infra/stages")
    .option("--region <region>", "default: AWS_REGION or the profile's region")
    .option("--json", "print every group with all its orders as JSON")
    .option("--all", `list every order, not only the first ${SHOWN} of a group`)
    .option("--destination <destination>", "only deliveries to this destination: kakaclo/eu")
    .option("--since <time>", "only what began to wait since then: 2h, 3d, or 2026-11-20T14:00:00Z")
    .option("--reason <text>", "only where the reason has this text; case does not matter")
    .option("--send", "send again all that the filter lists, after a preview")
    .addOption(new Option("--yes", "with --send: do not ask").implies({ send: true }))
    .option("--exit-code", `exit with ${LISTED} if something is listed, 0 if not`)
    .action(async (options: Options) => {
      const filter = filterOf(options, Date.now());
      if (options.send && isEmpty(filter)) {
        throw new CommandError("--send needs a filter: --destination, --since or --reason.");
      }
      const stage = await openStage(options, variables);
      const waiting = await waitingOnes(stage.ledger, stage.config, Date.now());
      const listed = matching(waiting, filter);
      if (options.send) {
        await sendMatching(listed, { stage, terminal, yes: options.yes === true });
        return;
      }
      const groups = grouped(listed);
      const { more, intake } = await withoutOrder(stage, waiting, filter);
      if (options.exitCode && groups.length + more.length + intake.count > 0) exitWith(LISTED);
      if (options.json) {
        const withSteps = groups.map((group) => ({ ...group, next: stepFor(group, options) }));
        const all = { groups: withSteps, moreDeadLetters: more, unreadableEvents: intake };
        return terminal.say(terminalJson(all));
      }
      const sections = [...groups.map((group) => describeGroup(group, options)), ...more.map(describeMore)];
      if (intake.count > 0) sections.push(describeIntake(intake, options));
      terminal.say(sections.join("\n\n") || nothing(filter));
    });

/** Messages that the ledger has no order for. A filter leaves them out: it cannot match them. */
async function withoutOrder(stage: OpenStage, waiting: readonly WaitingOne[], filter: Filter) {
  if (!isEmpty(filter)) return { more: [], intake: noEvents(stage) };
  return { more: await moreDeadLetters(stage, waiting), intake: await intakeDeadLetters(stage) };
}

const nothing = (filter: Filter): string =>
  isEmpty(filter) ? "Nothing needs an operator, and nothing is overdue." : "Nothing that waits matches.";

const stepFor = (
  { kind, destination, waiting: [first, ...more] }: WaitingGroup,
  options: Pick<Options, "stage" | "stages">,
): string => {
  const order = more.length === 0 && first ? commandFor(options, first.order) : `${commandFor(options)} <order>`;
  return nextStep(kind, order, destination ?? undefined);
};

/** One group as the operator reads it. An order's path is a word for the shell: it goes into the command below. */
export function describeGroup(group: WaitingGroup, options: Pick<Options, "stage" | "stages" | "all">): string {
  const { destination, kind, reason, waiting } = group;
  const shown = options.all ? waiting : waiting.slice(0, SHOWN);
  return [
    `${destination ?? "orders"}: ${waiting.length} ${kind}: ${waiting.length > 1 ? reason : (waiting[0]?.reason ?? reason)}`,
    ...shown.map(
      ({ since, order, reference, reason: own }) =>
        `  ${timeText(since)}  ${shellWord(order)}${reference ? `  ${reference}` : ""}${waiting.length > 1 && own !== reason ? `  ${own}` : ""}`,
    ),
    ...(waiting.length > shown.length ? [`  … and ${waiting.length - shown.length} more: --all lists them`] : []),
    `  next: ${stepFor(group, options)}`,
  ]
    .map(terminalText)
    .join("\n");
}

const describeMore = ({ destination, queue, count }: MoreDeadLetters): string =>
  `${destination}: ${count} dead letter${count > 1 ? "s" : ""} without a matching open delivery\n  next: "Start DLQ redrive" on ${queue} clears those whose order has ended. A message that comes back is a second message of a listed order, or one that cannot be processed: read it in the queue (docs/runbook.md#dead-letters-of-a-destination)`;

/** The ledger has no order for these yet. */
interface IntakeDeadLetters {
  queue: string;
  /** SQS's approximate number. */
  count: number;
  /** Null where the operator may not receive messages. */
  events: UnreadableEvent[] | null;
}

const noEvents = ({ env }: OpenStage): IntakeDeadLetters => ({
  queue: queueName.intakeDeadLetters(env.stage),
  count: 0,
  events: [],
});

async function intakeDeadLetters(stage: OpenStage): Promise<IntakeDeadLetters> {
  const { sqs, queues, config, eventStore } = stage;
  const queue = queueName.intakeDeadLetters(stage.env.stage);
  const count = await messagesOn(queue, stage);
  if (count === 0) return { queue, count, events: [] };
  const events = await unreadableEvents({
    receive: (command) => sqs.send(command),
    queueUrl: queues.queueUrl(queue),
    explain: (message) =>
      explainEvent(message, {
        config,
        channelOf: async (name) => loadChannel(name),
        fetchOversized: (key) => eventStore.get(key),
      }),
  });
  return { queue, count, events: events ?? null };
}

function describeIntake({ queue, count, events }: IntakeDeadLetters, { all }: Options): string {
  const shown = all ? (events ?? []) : (events ?? []).slice(0, SHOWN);
  return [
    `intake: ${count} event${count > 1 ? "s" : ""} that could not be parsed or routed`,
    ...shown.map(({ sentAt, messageId, order = messageId, reason }) => `  ${timeText(sentAt)}  ${order}  ${reason}`),
    ...(events === null ? ["  which field cannot be parsed is not known without sqs:ReceiveMessage"] : []),
    ...(events && events.length > shown.length
      ? [`  … and ${events.length - shown.length} more: --all lists them`]
      : []),
    `  next: fix the mapping or the channel's API (docs/runbook.md#intake-dead-letters), then "Start DLQ redrive" on ${queue}`,
  ]
    .map(terminalText)
    .join("\n");
}

if (import.meta.main) {
  process.exitCode = await runCommand(failedCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
