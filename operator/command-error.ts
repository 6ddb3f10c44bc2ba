/** The operator's request cannot or must not be carried out. `message` is all that the operator needs to see. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
