import { type Command, CommanderError } from "commander";
import { StageConfigError } from "../infra/stage-file/stage-config-error.ts";
import { NewerRelease } from "../shared/release.ts";
import { CommandError } from "./command-error.ts";
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
    const sentence = sentenceOf(error);
    if (sentence === undefined) throw error;
    terminal.note(sentence);
    return 1;
  }
}

const HINTS: Record<string, string> = {
  AccessDeniedException: "docs/operator-commands.md lists the permissions that each command needs.",
  AccessDenied: "docs/operator-commands.md lists the permissions that each command needs.",
  CredentialsProviderError: "Log in first (aws sso login), or set AWS_PROFILE.",
  ExpiredTokenException: "Log in again (aws sso login).",
  ExpiredToken: "Log in again (aws sso login).",
  ResourceNotFoundException: "Is the stage deployed in this account and region?",
  QueueDoesNotExist: "Is the stage deployed in this account and region, with this destination?",
};

/** Undefined for a bug of ours, which needs its stack trace. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof CommandError || error instanceof StageConfigError) return error.message;
  if (error instanceof NewerRelease) return `${error.message}, or run the command from its checkout.`;
  if (!(error instanceof Error)) return undefined;
  const hint = HINTS[error.name];
  return hint === undefined ? undefined : `${error.name}: ${error.message}\n${hint}`;
}
