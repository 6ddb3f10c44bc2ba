/** Does the work for each, so many at a time, and keeps their order. */
export async function* sideBySide<One, Result>(
  ones: readonly One[],
  width: number,
  work: (one: One) => Promise<Result>,
): AsyncGenerator<Result[]> {
  for (let at = 0; at < ones.length; at += width) yield await Promise.all(ones.slice(at, at + width).map(work));
}
