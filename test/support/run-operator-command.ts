import type { Command } from "commander";
import { type CommandContext, runCommand } from "../../operator/run-command.ts";
import type { Terminal } from "../../operator/terminal.ts";

export interface Said {
  exit: number;
  /** The result. */
  out: string;
  /** Progress and mistakes. */
  notes: string;
}

/** A terminal at which the operator types these answers, in order, then nothing. */
export class TestTerminal implements Terminal {
  readonly out: string[] = [];
  readonly notes: string[] = [];
  readonly interactive: boolean;
  private readonly typed: string[];
  private unanswered = 0;

  constructor(typed: string[] | undefined) {
    this.interactive = typed !== undefined;
    this.typed = [...(typed ?? [])];
  }

  say = (text: string): void => void this.out.push(text);
  note = (text: string): void => void this.notes.push(text);
  ask = async (question: string): Promise<string> => {
    this.notes.push(question);
    const answer = this.typed.shift();
    // A command that asks again and again would never end.
    if (answer === undefined && ++this.unanswered > 20) throw new Error(`No answer is left for: ${question}`);
    return answer ?? "";
  };
  askSecret = this.ask;
}

interface RunOptions {
  /** Of the local stack. */
  url?: string;
  variables?: NodeJS.ProcessEnv;
  /** Answers of the operator at the terminal; undefined: it is not interactive. */
  typed?: string[];
}

/** Runs a command as `npm run` does. */
export async function runOperatorCommand(
  define: (context: CommandContext) => Command,
  words: string[],
  { url, variables = {}, typed }: RunOptions,
): Promise<Said> {
  const terminal = new TestTerminal(typed);
  const port = url === undefined ? {} : { PORT: new URL(url).port };
  const exit = await runCommand(define, words, { terminal, variables: { ...variables, ...port } });
  return { exit, out: terminal.out.join("\n"), notes: terminal.notes.join("\n") };
}
