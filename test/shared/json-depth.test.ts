import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../shared/json.ts";

test("megabytes of brackets are refused before they become a gigabyte of arrays", () => {
  const text = "[".repeat(3_000_000) + "]".repeat(3_000_000);
  const before = process.memoryUsage().heapUsed;
  throws(() => parseJson(text), /nested too deeply/);
  const grown = process.memoryUsage().heapUsed - before;
  if (grown > 200_000_000) throw new Error(`the heap grew by ${grown} bytes`);
});

test("brackets inside strings nest nothing", () => {
  const text = `{"a":"${"[{".repeat(5_000)}\\"${"[".repeat(600)}"}`;
  deepEqual(parseJson(text), { a: `${"[{".repeat(5_000)}"${"[".repeat(600)}` });
});

test("so are brackets side by side", () => {
  throws(() => parseJson(`[${"[],".repeat(1_000_000)}[]]`), /too many/);
});
