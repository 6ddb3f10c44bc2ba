import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type AnswerRow, errorOf, rowOf } from "../../../shared/connector/answer-table.ts";
import { InDoubt, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";

const TABLE: readonly AnswerRow[] = [
  { status: [429], means: "throttled", hint: "too many calls" },
  { status: [400], code: ["taken"], means: "already-exists" },
  { status: [400], code: /^E\d+$/, where: ({ texts = [] }) => texts.includes("sku"), means: "rejected" },
  { code: ["down"], means: "unavailable" },
  { status: [400, 401], means: "failed" },
];
const answer = (status: number, headers = {}) => ({ status, headers, text: "" });

test("the first row that fits counts, and only where all that it names is so", () => {
  const means = (status: number, code?: string, texts: string[] = []) => rowOf({ status, code, texts }, TABLE)?.means;
  deepEqual(
    [
      means(429),
      means(429, "taken"),
      means(400, "taken"),
      means(409, "taken"),
      means(400, "E12", ["sku"]),
      means(400, "E12"),
      means(400, undefined, ["sku"]),
      means(500, "down"),
      means(401),
      means(500),
    ],
    [
      "throttled",
      "throttled",
      "already-exists",
      undefined,
      "rejected",
      "failed",
      "failed",
      "unavailable",
      "failed",
      undefined,
    ],
  );
});

test("what no row names is in doubt for a create, and unavailable for a call that may be repeated", () => {
  const counted: string[] = [];
  const tools = { now: () => 0, count: (metric: string) => counted.push(metric) };
  const reason = (means: string, hint = "none") => `${means}, ${hint}`;
  const read = (status: number, rest: "in-doubt" | "unavailable", code?: string, texts: string[] = []) =>
    errorOf(answer(status, { "retry-after": "3" }), TABLE, { said: { code, texts }, rest, reason, tools });
  ok(read(500, "in-doubt") instanceof InDoubt);
  ok(read(500, "unavailable") instanceof Unavailable);
  ok(read(400, "in-doubt", "E1", ["sku"]) instanceof Rejected);
  deepEqual(counted, []);
  const throttled = read(429, "in-doubt");
  ok(throttled instanceof Throttled);
  equal(throttled.retryAfter, 3_000);
  equal(throttled.reason, "throttled, too many calls");
  deepEqual(counted, ["throttled"]);
});
