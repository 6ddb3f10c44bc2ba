import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { mergeSorted } from "../../../shared/ledger/merge-sorted.ts";

const before = (a: number, b: number) => a < b;

/** A stream that counts what was taken of it, and notes that it was closed. */
function counted(values: readonly number[]) {
  const seen = { taken: 0, closed: false };
  async function* stream() {
    try {
      for (const value of values) {
        seen.taken += 1;
        yield value;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, stream: stream() };
}

test("sorted streams become one, whatever their lengths; equal values all stay", async () => {
  const streams = [[1, 4, 4, 9], [], [2], [0, 4, 10, 11]].map((values) => counted(values).stream);
  deepEqual(await Array.fromAsync(mergeSorted(streams, before)), [0, 1, 2, 4, 4, 4, 9, 10, 11]);
  deepEqual(await Array.fromAsync(mergeSorted([], before)), []);
});

test("a reader that stops early closes every stream, and none was read further than one ahead", async () => {
  const streams = [counted([1, 3, 5, 7]), counted([2, 4, 6, 8]), counted([100])];
  for await (const value of mergeSorted(
    streams.map(({ stream }) => stream),
    before,
  )) {
    if (value === 3) break;
  }
  deepEqual(
    streams.map(({ seen }) => seen),
    [
      { taken: 2, closed: true },
      { taken: 2, closed: true },
      { taken: 1, closed: true },
    ],
  );
});

test("a stream that fails ends the merge with its error, and closes the others", async () => {
  const other = counted([1, 5]);
  async function* failing() {
    yield 2;
    throw new Error("table down");
  }
  await rejects(Array.fromAsync(mergeSorted([other.stream, failing()], before)), /table down/);
  equal(other.seen.closed, true);
});
