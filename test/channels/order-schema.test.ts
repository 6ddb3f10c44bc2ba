import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromJSONSchema } from "zod";
import { orderSchema, SCHEMA_FILE, written } from "../../docs/tools/write-schema.ts";

const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8"));

test("docs/order.schema.json is what the code takes: else run `npm run schema`", () => {
  equal(readFileSync(SCHEMA_FILE, "utf8"), written(orderSchema()));
});

test("it requires what the issue names and no more", () => {
  deepEqual([...schema.required].sort(), [
    "currency",
    "financialState",
    "id",
    "lines",
    "placedAt",
    "shippingAddress",
    "updatedAt",
  ]);
  deepEqual(schema.$defs.Line.required, ["id", "sku", "quantity"]);
});

test("a validator that knows only the schema accepts good orders and refuses bad ones", () => {
  const published = fromJSONSchema(schema);
  const good = JSON.parse(
    readFileSync(new URL("../../functions/channels/standard/fixtures/order.json", import.meta.url), "utf8"),
  );
  equal(published.safeParse(good).success, true);
  equal(published.safeParse({ ...good, note: null, number: 815 }).success, true);
  for (const bad of [
    { placedAt: "yesterday" },
    { total: "12,50" },
    { currency: "EURO" },
    { financialState: "half" },
    { lines: [{ id: "1", sku: "A" }] },
  ]) {
    equal(published.safeParse({ ...good, ...bad }).success, false, JSON.stringify(bad));
  }
});
