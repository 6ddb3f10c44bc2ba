/** Something the user must change in the stage file; `message` is all that they need to see. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";

  /** @param file as the user finds it: `infra/stages/prod.ts` */
  constructor(file: string, sentences: readonly string[]) {
    super(sentences.map((sentence) => `${file}: ${sentence}`).join("\n"));
  }
}
