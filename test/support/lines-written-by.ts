/**
 * Captures the JSON lines that logger and metrics write during a call, from both outputs (errors go to stderr).
 * They have their own consoles, so it captures the outputs themselves; other output passes through.
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

/** The metrics among the lines, without the part of the embedded metric format. */
export const metricsIn = (lines: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
  lines.flatMap(({ _aws, ...values }) => (_aws === undefined ? [] : [values]));
