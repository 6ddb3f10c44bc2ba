/** A copy of an item without some of its fields. */
export function omit<T extends object, K extends keyof T>(item: T, ...fields: K[]): Omit<T, K> {
  const copy = { ...item };
  for (const field of fields) delete copy[field];
  return copy;
}
