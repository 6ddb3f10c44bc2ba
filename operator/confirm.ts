import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Says what is about to be done, and asks.
 * @param plan sentences
 * @throws CommandError where the answer is no, or nobody is there to answer
 */
export async function confirm(terminal: Terminal, plan: readonly string[], yes: boolean): Promise<void> {
  terminal.say(["This will:", ...plan.map((sentence) => `  - ${sentence}`)].join("\n"));
  if (yes) return;
  if (!terminal.interactive) throw new CommandError("Nothing was done: nobody is there to say yes. Add --yes.");
  const answer = await terminal.ask("Go on? [y/N] ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("Nothing was done.");
}
