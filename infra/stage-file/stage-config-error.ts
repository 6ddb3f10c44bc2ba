/** Mistakes in a stage file. `message` says what to write and is all that the user needs to see. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";

  /** @param file as the user finds it: `infra/stages/prod.ts` */
  constructor(file: string, sentences: readonly string[]) {
    super(sentences.map((sentence) => `${file}: ${sentence}`).join("\n"));
  }
}
