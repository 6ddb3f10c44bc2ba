import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { terminalText } from "./terminal-text.ts";

/** Where a command writes and asks. Tests pass one of their own. */
export interface Terminal {
  /** The command's result. */
  say(text: string): void;
  /** Progress and mistakes: stderr. */
  note(text: string): void;
  /** Whether an operator can answer. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** As `ask`, without echo. */
  askSecret(question: string): Promise<string>;
}

/**
 * The commands escape each value that they print (terminal-text.ts), so that it stays within its line. What they do not
 * know of, a text in an error of an SDK, is escaped here by the line.
 */
const byLine = (text: string): string => text.split("\n").map(terminalText).join("\n");

export const processTerminal = (): Terminal => ({
  say: (text) => void process.stdout.write(`${byLine(text)}\n`),
  note: (text) => void process.stderr.write(`${byLine(text)}\n`),
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask: (question) => answer(question, process.stderr),
  askSecret: (question) => {
    process.stderr.write(question);
    // readline writes every key it reads to its output: this one shows none.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    return answer("", nowhere).finally(() => process.stderr.write("\n"));
  },
});

/** @returns what was typed, without the line's end; nothing when the input ends instead (Ctrl-D) */
function answer(question: string, output: NodeJS.WritableStream): Promise<string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output, terminal: true });
    lines.once("SIGINT", () => {
      lines.close();
      process.exit(130);
    });
    lines.once("close", () => resolve(""));
    lines.question(question, (typed) => {
      resolve(typed);
      lines.close();
    });
  });
}
