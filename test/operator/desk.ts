import type { Command } from "commander";
import { runCommand, type Surroundings } from "../../operator/run-command.ts";
import type { Terminal } from "../../operator/terminal.ts";

export interface Said {
  exit: number;
  /** The result. */
  out: string;
  /** Progress and mistakes. */
  notes: string;
}

/** What a person types when asked, in order; nothing once that is used up. */
class TestTerminal implements Terminal {
  readonly out: string[] = [];
  readonly notes: string[] = [];
  readonly interactive: boolean;
  private readonly typed: string[];

  constructor(typed: string[] | undefined) {
    this.interactive = typed !== undefined;
    this.typed = [...(typed ?? [])];
  }

  say = (text: string): void => void this.out.push(text);
  note = (text: string): void => void this.notes.push(text);
  ask = async (question: string): Promise<string> => {
    this.notes.push(question);
    return this.typed.shift() ?? "";
  };
  askSecret = this.ask;
}

/**
 * Runs a command as `npm run` does, at the local stack on a port.
 * @param typed answers of the person at the terminal; undefined: nobody is there
 */
export async function run(
  define: (surroundings: Surroundings) => Command,
  words: string[],
  { url, typed }: { url: string; typed?: string[] },
): Promise<Said> {
  const terminal = new TestTerminal(typed);
  const variables = { PORT: new URL(url).port };
  const exit = await runCommand(define, words, { terminal, variables });
  return { exit, out: terminal.out.join("\n"), notes: terminal.notes.join("\n") };
}
