/** What a test loops over: a loop over nothing proves nothing. @throws RangeError where there are fewer */
export function atLeast<Item>(count: number, items: Iterable<Item>): Item[] {
  const all = [...items];
  if (all.length < count) throw new RangeError(`The test has ${all.length} to look at, and needs at least ${count}.`);
  return all;
}
