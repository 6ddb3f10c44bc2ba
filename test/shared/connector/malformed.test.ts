import { equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { malformed } from "../../../shared/connector/malformed.ts";

const Schema = z.object({
  lines: z.array(z.object({ price: z.string().check(z.refine((text) => /^\d+$/.test(text), "not a decimal amount")) })),
  extra: z.optional(z.record(z.string(), z.number())),
});

function errorOf(value: unknown, under?: string[]) {
  const parsed = z.safeParse(Schema, value);
  if (parsed.success) throw new Error("it fits");
  return malformed(parsed.error, under);
}

test("the field that is wrong is named by its path, its rule said, the others counted", () => {
  const error = errorOf({ lines: [{ price: "1" }, { price: "Ada" }, {}] });
  equal(error.field, "lines.1.price");
  equal(error.reason, "lines.1.price is missing or wrong (not a decimal amount), and 1 more are");
  equal(errorOf({ lines: [{}] }, ["data"]).field, "data.lines.0.price");
  equal(errorOf(null).field, "body");
});

test("nothing that the sender wrote is in it: no value, and no name of its own", () => {
  const { field, reason } = errorOf({ lines: [], extra: { "Ada Muster, Bahnhofstrasse 12": "x" } });
  equal(field, "extra.*");
  equal(/Ada|Bahnhof/.test(reason), false);
});
