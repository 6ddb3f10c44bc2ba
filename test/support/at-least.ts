/** The list of a test's loop: an empty loop proves nothing. @throws RangeError if there are fewer */
export function atLeast<Item>(count: number, items: Iterable<Item>): Item[] {
  const all = [...items];
  if (all.length < count) throw new RangeError(`The test has ${all.length} entries, and needs at least ${count}.`);
  return all;
}
