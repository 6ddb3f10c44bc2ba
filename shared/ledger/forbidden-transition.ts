/** A transition may not start from the state of this order or delivery: a defect of ours. Nothing is written. */
export class ForbiddenTransition extends Error {
  override readonly name = "ForbiddenTransition";
}

/** The states that a transition starts from, each with the states it may lead to. */
export type Moves<From extends string, To extends string> = { readonly [from in From]?: readonly To[] };

/** From each of these states to `to`. */
export function lead<From extends string, To extends string>(from: readonly From[], ...to: To[]): Moves<From, To> {
  const moves: { [state in From]?: readonly To[] } = {};
  for (const state of from) moves[state] = to;
  return moves;
}

/** From each of these states to itself. */
export function stay<State extends string>(...states: State[]): Moves<State, State> {
  const moves: { [state in State]?: readonly State[] } = {};
  for (const state of states) moves[state] = [state];
  return moves;
}
