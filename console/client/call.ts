import * as z from "zod/mini";
import { Failure, type Shell } from "../shell.ts";

/** What the server refused: for the reader. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.sentence);
    this.failure = failure;
  }
}

const ENDED: Failure = {
  title: "The console does not answer",
  sentence: "Its server has ended. Start it again in the terminal, and open the new address.",
};

function post(shell: Shell, path: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf": shell.csrf },
    body: JSON.stringify({ of: shell.address, ...body }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Refused(ENDED);
  });
}

async function refusalIn(answer: Response): Promise<Refused> {
  const failure = z.safeParse(Failure, await answer.json().catch(() => undefined));
  return new Refused(failure.success ? failure.data : ENDED);
}

/** Calls `plan` or `run` of an act of the shown page. @throws Refused */
export async function callAct<Schema extends z.ZodMiniType>(
  shell: Shell,
  { act, step, input, title }: { act: string; step: "plan" | "run"; input: unknown; title: string },
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await post(shell, `/console/act/${shell.page}/${act}/${step}`, { input, title });
  if (!answer.ok) throw await refusalIn(answer);
  return z.parse(schema, await answer.json());
}

const Step = z.union([
  z.object({ progress: z.string() }),
  z.object({ failure: Failure }),
  z.object({ result: z.unknown() }),
]);

/**
 * Runs an ask of the shown page. Abort `signal` to stop it: the server stops reading then.
 * @returns the last result parsed by `schema`; undefined where it gave none
 * @throws Refused
 */
export async function callAsk<Schema extends z.ZodMiniType>(
  shell: Shell,
  {
    ask,
    input,
    progress,
    arrived,
    signal,
  }: {
    ask: string;
    input: unknown;
    progress?: (sentence: string) => void;
    /** Called for each result: a search gives what it has found so far. */
    arrived?: (result: z.output<Schema>) => void;
    signal?: AbortSignal;
  },
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const answer = await post(shell, `/console/ask/${shell.page}/${ask}`, { input }, signal);
  if (!answer.ok || !answer.body) throw await refusalIn(answer);
  let rest = "";
  let result: z.output<Schema> | undefined;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = `${rest}${read.value}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const step = z.parse(Step, JSON.parse(line));
      if ("progress" in step) progress?.(step.progress);
      else if ("failure" in step) throw new Refused(step.failure);
      else {
        result = z.parse(schema, step.result);
        arrived?.(result);
      }
    }
  }
  return result;
}
