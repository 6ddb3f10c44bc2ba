/** What the operator asked for cannot be done, or shall not; `message` is all that they need to see. */
export class Refused extends Error {
  override readonly name = "Refused";
}
