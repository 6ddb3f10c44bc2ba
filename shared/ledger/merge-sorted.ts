/**
 * Merges sorted streams into one that is sorted too. It holds one value of each stream at a time, and asks for the first
 * values side by side.
 * @param before whether `a` comes before `b`
 */
export async function* mergeSorted<T>(
  streams: readonly AsyncIterable<T>[],
  before: (a: T, b: T) => boolean,
): AsyncGenerator<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const headOf = async (iterator: AsyncIterator<T>) => {
    const { done, value } = await iterator.next();
    return done ? [] : [{ iterator, value: value as T }];
  };
  try {
    let heads = (await Promise.all(iterators.map(headOf))).flat();
    while (heads.length > 0) {
      const first = heads.reduce((a, b) => (before(b.value, a.value) ? b : a));
      yield first.value;
      const next = await headOf(first.iterator);
      heads = heads.flatMap((head) => (head === first ? next : [head]));
    }
  } finally {
    // A reader that stops early must not leave open queries behind.
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}
