/** What the operator asked for cannot be done, or shall not; `message` is all that they need to see. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
