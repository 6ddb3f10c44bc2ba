import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { wellFormed } from "../../shared/well-formed.ts";

test("each half of a character becomes U+FFFD, in every text of a value; all else stays", () => {
  const given = { note: "a \ud83d b", tags: ["\udc00", "🌸"], "key \ud83d": { n: 1, flag: false, none: null } };
  deepEqual(wellFormed(given), {
    note: "a \ufffd b",
    tags: ["\ufffd", "🌸"],
    "key \ufffd": { n: 1, flag: false, none: null },
  });
});
