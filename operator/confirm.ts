import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";
import { terminalText } from "./terminal-text.ts";

/**
 * Prints what is about to be done, and asks.
 * @param plan sentences
 * @throws CommandError where the answer is no, or the terminal is not interactive
 */
export async function confirm(terminal: Terminal, plan: readonly string[], yes: boolean): Promise<void> {
  terminal.say(["This will:", ...plan.map((sentence) => `  - ${terminalText(sentence)}`)].join("\n"));
  if (yes) return;
  if (!terminal.interactive)
    throw new CommandError("Nothing was done: this is not an interactive terminal. Pass --yes to confirm.");
  const answer = await terminal.ask("Continue? [y/N] ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("Nothing was done.");
}
