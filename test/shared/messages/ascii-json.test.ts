import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { asciiJson } from "../../../shared/messages/ascii-json.ts";

test("a text with characters that SQS refuses becomes ASCII, and is read as it was", () => {
  const value = { orderId: "X\uffffY\ufffe 🌸 \u007f é \ud83d" };
  match(asciiJson(value), /^[\x20-\x7e]+$/);
  deepEqual(JSON.parse(asciiJson(value)), value);
});
