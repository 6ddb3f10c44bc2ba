/** Cuts a stream into batches; the last one may be shorter. @param size at least 1 */
export async function* inBatches<T>(stream: AsyncIterable<T>, size: number): AsyncGenerator<[T, ...T[]]> {
  let batch: [T, ...T[]] | undefined;
  for await (const value of stream) {
    if (batch) batch.push(value);
    else batch = [value];
    if (batch.length < size) continue;
    yield batch;
    batch = undefined;
  }
  if (batch) yield batch;
}
