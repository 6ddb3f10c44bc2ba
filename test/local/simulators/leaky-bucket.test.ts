import { equal } from "node:assert/strict";
import { test } from "node:test";
import { createLeakyBucket } from "../../../local/simulators/leaky-bucket.ts";

test("a full bucket accepts one drop for each that has leaked, and a refused drop adds nothing", () => {
  let now = 0;
  const bucket = createLeakyBucket(
    () => ({ size: 3, leakPerSecond: 2 }),
    () => now,
  );
  const taken = (calls: number) => Array.from({ length: calls }, () => bucket.take()).filter(Boolean).length;
  equal(taken(10), 3);
  now += 499;
  equal(taken(1), 0);
  now += 1;
  equal(taken(2), 1);
  now += 3_600_000;
  equal(taken(10), 3);
});
