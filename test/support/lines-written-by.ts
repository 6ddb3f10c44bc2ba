/**
 * What logger and metrics write while something runs: each line of JSON, of both outputs (errors go to the second).
 * They have consoles of their own, so it is taken from the outputs themselves; whatever else is written goes on.
 */
export async function linesWrittenBy(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const outputs = [process.stdout, process.stderr].map((output) => ({ output, write: output.write }));
  for (const { output, write } of outputs) {
    output.write = ((chunk: string, ...rest: []) => {
      if (typeof chunk !== "string" || !chunk.startsWith("{")) return write.call(output, chunk, ...rest);
      lines.push(...chunk.trimEnd().split("\n"));
      return true;
    }) as typeof write;
  }
  try {
    await work();
  } finally {
    for (const { output, write } of outputs) output.write = write;
  }
  return lines.map((line) => JSON.parse(line));
}

/** The metrics among them, without the embedded format's own part. */
export const metricsIn = (lines: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
  lines.flatMap(({ _aws, ...values }) => (_aws === undefined ? [] : [values]));
