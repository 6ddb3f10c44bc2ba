import { type Command, CommanderError } from "commander";
import { errorSentence } from "./error-sentence.ts";
import type { Terminal } from "./terminal.ts";

/** Where a command runs. */
export interface CommandPlace {
  terminal: Terminal;
  variables: NodeJS.ProcessEnv;
}

/** What a command needs from outside. */
export interface CommandContext extends CommandPlace {
  /** The command did its work, and its exit code says something about the result. */
  exitWith(code: number): void;
}

/**
 * Runs a command. Mistakes that the operator can fix are printed as a sentence.
 * @param words as typed behind `npm run <command> --`
 * @returns the exit code
 */
export async function runCommand(
  define: (context: CommandContext) => Command,
  words: readonly string[],
  context: CommandPlace,
): Promise<number> {
  const { terminal } = context;
  let exitCode = 0;
  const exitWith = (code: number) => {
    exitCode = code;
  };
  const command = define({ ...context, exitWith })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .showHelpAfterError("Run it with --help, or see docs/operator-commands.md.");
  try {
    await command.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed it already.
    if (error instanceof CommanderError) return error.exitCode;
    const sentence = errorSentence(error);
    if (sentence === undefined) throw error;
    terminal.note(sentence);
    return 1;
  }
}
