import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { shortReason } from "../../../shared/ledger/short-reason.ts";

test("a reason of up to 1,000 characters stays, a longer one is cut and says so", () => {
  equal(shortReason("x".repeat(1_000)), "x".repeat(1_000));
  equal(shortReason("x".repeat(450_000)), `${"x".repeat(999)}…`);
});

test("a cut between the two halves of a character leaves no half", () => {
  ok(shortReason(`x${"\u{1F381}".repeat(600)}`).isWellFormed());
});
