import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../shared/json.ts";

test("a number JavaScript cannot hold becomes the text it was written as", () => {
  for (const id of [
    "820982911946154508",
    "9007199254740993",
    "18446744073709551615",
    "-9007199254740993",
    "1".repeat(40),
  ]) {
    deepEqual(parseJson(`{"id":${id},"list":[${id}]}`), { id, list: [id] });
  }
});

test("a number written otherwise than JavaScript writes it keeps its digits", () => {
  for (const text of [
    "1.20",
    "0.10",
    "1e3",
    "1E3",
    "1.0",
    "-0",
    "-0.0",
    "100000000000000000000000",
    "0.30000000000000004441",
    "1e400",
  ]) {
    equal(parseJson(text), text);
  }
});

test("any other number stays a number", () => {
  for (const number of [0, 1, -1, 42, 9007199254740991, -9007199254740991, 0.5, 12.5, 1e21, 1.5e-7]) {
    equal(parseJson(String(number)), number);
  }
});

test("every 18-digit ID survives, as text or as number: none is rounded", () => {
  let id = 100_000_000_000_000_007n;
  for (let each = 0; each < 2000; each++) {
    id = (id * 6364136223846793005n + 1442695040888963407n) % 900_000_000_000_000_000n;
    const text = String(id + 100_000_000_000_000_000n);
    equal(String(parseJson(`[${text}]`)), text);
  }
});

test("all else is as JSON.parse has it", () => {
  for (const text of [
    "null",
    "true",
    '"1.20"',
    '"\\u00e9\\ud83c\\udf82"',
    "[]",
    "{}",
    ' {"a" : [1, {"b":null}], "c":"820982911946154508"} ',
    '{"a":1,"a":2}',
  ]) {
    deepEqual(parseJson(text), JSON.parse(text));
  }
});

test("a key called __proto__ is a key and no prototype", () => {
  const parsed = parseJson('{"__proto__":{"admin":true},"constructor":1}');
  equal(Reflect.get(Object(parsed), "admin"), undefined);
  equal(Object.hasOwn(Object(parsed), "__proto__"), true);
});

test("what is no JSON is a SyntaxError, however deep it is nested", () => {
  for (const text of [
    "",
    " ",
    "{",
    "[1,]",
    "{a:1}",
    "'a'",
    "undefined",
    "01",
    "1.",
    "NaN",
    '"\u0001"',
    "\ufeff{}",
    "[1] 2",
  ]) {
    throws(() => parseJson(text), SyntaxError, text);
  }
  for (const depth of [100_000, 5_000_000]) throws(() => parseJson("[".repeat(depth) + "]".repeat(depth)), SyntaxError);
  throws(() => parseJson(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`), SyntaxError);
});

test("what is parsed without asking for each value's source is parsed the same, whatever is in strings", () => {
  const numbers = [
    "0",
    "-0",
    "1",
    "1.20",
    "1.5",
    "1e3",
    "123456789012345",
    "9007199254740993",
    "0.1",
    "-12.75",
    "1e-7",
  ];
  const strings = ["", "\\", '"', '\\"', "}", "[", "1.20", "\\\\", "820982911946154508"];
  const bySource: typeof parseJson = (text) =>
    (
      JSON.parse as (
        text: string,
        reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
      ) => unknown
    )(text, (_key, value, { source }) => (typeof value === "number" && source !== String(value) ? source : value));
  let seed = 7;
  const pick = <T>(from: readonly T[]): T => {
    seed = (seed * 48_271) % 2_147_483_647;
    return from[seed % from.length] as T;
  };
  const value = (depth: number): string => {
    const kind = pick(depth > 3 ? ["number", "string"] : ["number", "string", "array", "object"]);
    if (kind === "number") return pick(numbers);
    if (kind === "string") return JSON.stringify(pick(strings) + pick(strings));
    const parts = Array.from({ length: pick([0, 1, 2, 3]) }, (_, index) => [`k${index}`, value(depth + 1)] as const);
    return kind === "array"
      ? `[${parts.map(([, part]) => part).join(", ")}]`
      : `{${parts.map(([key, part]) => `"${key}":${part}`).join(",\n")}}`;
  };
  for (let round = 0; round < 3_000; round++) {
    const text = value(0);
    deepEqual(parseJson(text), bySource(text), text);
  }
});
