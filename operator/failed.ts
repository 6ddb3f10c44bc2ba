import { Command } from "commander";
import { queueName } from "../shared/stage/names.ts";
import { type MoreDeadLetters, messagesOn, moreDeadLetters } from "./dead-letters.ts";
import { nextStep } from "./next-step.ts";
import { openStage } from "./open-stage.ts";
import { commandFor, timeText } from "./order-story.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { processTerminal } from "./terminal.ts";
import { grouped, type WaitingGroup, waitingOnes } from "./waiting.ts";

/** Named one by one in each group; `--all` names every one. */
const SHOWN = 5;

interface Options {
  stage: string;
  stages?: string;
  region?: string;
  json?: true;
  all?: true;
}

/** `npm run failed`: what waits for a person. */
export const failedCommand = ({ terminal, variables }: CommandContext): Command =>
  new Command("npm run failed --")
    .description("Lists what waits for a person or is overdue, by destination and reason, longest waiting first.")
    .requiredOption("--stage <stage>", "as infra/stages/<stage>.ts; local: what npm start hosts")
    .option("--stages <folder>", "where the stage files lie, if not in infra/stages")
    .option("--region <region>", "default: AWS_REGION, or the profile's")
    .option("--json", "every group with all its orders as JSON")
    .option("--all", `names every order, not only the first ${SHOWN} of a group`)
    .action(async (options: Options) => {
      const stage = await openStage(options, variables);
      const waiting = await waitingOnes(stage.ledger, stage.config, Date.now());
      const groups = grouped(waiting);
      const more = await moreDeadLetters(stage, waiting);
      // Of them the ledger knows no order yet.
      const unreadable = await messagesOn(queueName.intakeDeadLetters(options.stage), stage);
      if (options.json) {
        const withSteps = groups.map((group) => ({ ...group, next: stepFor(group, options) }));
        const all = { groups: withSteps, moreDeadLetters: more, unreadableEvents: unreadable };
        return terminal.say(JSON.stringify(all, undefined, 2));
      }
      const told = [...groups.map((group) => describe(group, options)), ...more.map(describeMore)];
      if (unreadable > 0) {
        told.push(
          `intake: ${unreadable} event${unreadable > 1 ? "s" : ""} that could not be read or routed\n  next: read them on the queue ${queueName.intakeDeadLetters(options.stage)} (docs/runbook.md), mend the cause, then "Start DLQ redrive"`,
        );
      }
      terminal.say(told.join("\n\n") || "Nothing waits for a person, and nothing is overdue.");
    });

const stepFor = ({ kind, destination, waiting: [first, ...more] }: WaitingGroup, options: Options): string => {
  const order = more.length === 0 && first ? commandFor(options, first.order) : `${commandFor(options)} <order>`;
  return nextStep(kind, order, destination ?? undefined);
};

function describe(group: WaitingGroup, options: Options): string {
  const { destination, kind, reason, waiting } = group;
  const shown = options.all ? waiting : waiting.slice(0, SHOWN);
  return [
    `${destination ?? "orders"}: ${waiting.length} ${kind}: ${waiting.length > 1 ? reason : (waiting[0]?.reason ?? reason)}`,
    ...shown.map(
      ({ since, order, reference, reason: own }) =>
        `  ${timeText(since)}  ${order}${reference ? `  ${reference}` : ""}${waiting.length > 1 && own !== reason ? `  ${own}` : ""}`,
    ),
    ...(waiting.length > shown.length ? [`  … and ${waiting.length - shown.length} more: --all names them`] : []),
    `  next: ${stepFor(group, options)}`,
  ].join("\n");
}

const describeMore = ({ destination, queue, count }: MoreDeadLetters): string =>
  `${destination}: ${count} dead letter${count > 1 ? "s" : ""} more than deliveries that wait\n  next: "Start DLQ redrive" on ${queue} clears those of orders that have ended since; what comes back is a second message of an order that waits, or one that nothing can be done with: read it on the queue (docs/runbook.md)`;

if (import.meta.main) {
  process.exitCode = await runCommand(failedCommand, process.argv.slice(2), {
    terminal: processTerminal(),
    variables: process.env,
  });
}
