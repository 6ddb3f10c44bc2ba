import { equal } from "node:assert/strict";
import { test } from "node:test";
import { compareLines } from "../../../shared/connector/compare-lines.ts";

const line = (product: string, quantity: number) => ({ product, quantity });
const sent = [line("TEE", 2), line("MUG", 1), line("TEE", 1)];

test("lines that were merged, split or put in another order are the same", () => {
  equal(compareLines(sent, [line("MUG", 1), line("TEE", 3)]).lines, "same");
  equal(compareLines(sent, [line("TEE", 1), line("MUG", 1), line("TEE", 1), line("TEE", 1)]).lines, "same");
});

test("fewer of what was sent is a part, more or anything else is another order", () => {
  equal(compareLines(sent, [line("TEE", 2), line("MUG", 1)]).lines, "part");
  equal(compareLines(sent, []).lines, "part");
  equal(compareLines(sent, [line("TEE", 4), line("MUG", 1)]).lines, "other");
  equal(compareLines(sent, [line("TEE", 3), line("CAP", 1)]).lines, "other");
});

test("the difference names products and numbers", () => {
  equal(compareLines(sent, [line("TEE", 4)]).difference, "4 of TEE instead of 3, 0 of MUG instead of 1");
});
