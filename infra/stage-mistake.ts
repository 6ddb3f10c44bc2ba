/** Something the user must change in the stage file; `message` is all that they need to see. */
export class StageMistake extends Error {
  override readonly name = "StageMistake";

  constructor(stage: string, sentences: readonly string[]) {
    super(sentences.map((sentence) => `infra/stages/${stage}.ts: ${sentence}`).join("\n"));
  }
}
