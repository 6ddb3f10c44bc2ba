/** A transition was called on an order or a delivery whose state it may not start from: a defect of ours, nothing is written. */
export class ForbiddenTransition extends Error {
  override readonly name = "ForbiddenTransition";
}

/** The states that a transition starts from, each with the states it may lead to. */
export type Moves<From extends string, To extends string> = { readonly [from in From]?: readonly To[] };

/** From each of these states to `to`. */
export const lead = <From extends string, To extends string>(from: readonly From[], ...to: To[]): Moves<From, To> =>
  Object.fromEntries(from.map((state) => [state, to])) as Moves<From, To>;

/** From each of these states to itself. */
export const stay = <State extends string>(...states: State[]): Moves<State, State> =>
  Object.fromEntries(states.map((state) => [state, [state]])) as Moves<State, State>;
