import { equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { reference } from "../../../shared/ledger/reference.ts";

const ANY = { maxLength: 128, characters: /^[\x20-\x7e]+$/ };
const STRICT = { maxLength: 40, characters: /^[\w-]+$/ };
const order = (orderId: string, connection = "main") => ({ channel: "shopify", connection, orderId });

test("is the connection's key and the whole order ID, with the generation from the second on", () => {
  equal(reference(order("820982911946154508"), 1, "sm", STRICT), "sm-820982911946154508");
  equal(reference(order("820982911946154508"), 2, "sm", STRICT), "sm-820982911946154508-g2");
  equal(reference(order("1001"), 1, undefined, STRICT), "1001");
  equal(reference(order("1001"), 12, undefined, STRICT), "1001-g12");
});

test("fits to the last character, and one more carries the hash instead, never a cut", () => {
  equal(reference(order("1".repeat(37)), 1, "sm", STRICT), `sm-${"1".repeat(37)}`);
  const hashed = reference(order("1".repeat(38)), 1, "sm", STRICT);
  match(hashed, /^sm-[a-z2-7]{20}$/);
  match(reference(order("1".repeat(37)), 2, "sm", STRICT), /^sm-[a-z2-7]{20}-g2$/);
  notEqual(hashed, reference(order(`${"1".repeat(37)}2`), 1, "sm", STRICT));
  // Known once and for all: orders that wait for a look-up carry it.
  equal(reference(order("#1"), 1, "sm", STRICT), reference(order("#1"), 1, "sm", { ...STRICT, maxLength: 41 }));
});

test("what the provider's characters do not hold carries the hash", () => {
  for (const id of ["a b", "a#b", "a/b", "ü", "注文", "a\u0000", "<script>"]) {
    match(reference(order(id), 1, "sm", STRICT), /^sm-[a-z2-7]{20}$/, id);
  }
  equal(reference(order("a b#c/d"), 1, "sm", ANY), "sm-a b#c/d");
});

test("the longest there can be fits the narrowest provider", () => {
  const longest = reference(order("ü".repeat(255)), 9999, "ABCDEFGH", STRICT);
  ok(longest.length <= STRICT.maxLength && STRICT.characters.test(longest), longest);
});

test("two orders never share one, whatever their IDs and generations", () => {
  const ids = [
    "1001",
    "1001-g2",
    "1001-g2-g2",
    "g2",
    "-g2",
    "1001-g",
    "1001-g1",
    "1001-g02",
    "01001",
    "1001 ",
    "A",
    "a",
    "sm-1001",
  ];
  for (const limits of [STRICT, ANY, { ...STRICT, maxLength: 32 }]) {
    for (const key of ["sm", undefined]) {
      const seen = new Map<string, string>();
      for (const id of ids) {
        for (const generation of [1, 2, 3, 22]) {
          const text = reference(order(id), generation, key, limits);
          equal(seen.get(text), undefined, `${text}: ${id} generation ${generation}`);
          seen.set(text, `${id} generation ${generation}`);
        }
      }
    }
  }
});

test("two connections share none, whatever their keys and IDs", () => {
  // The key holds no hyphen, so the first one ends it.
  notEqual(reference(order("b-1"), 1, "a", STRICT), reference(order("1", "second"), 1, "ab", STRICT));
  notEqual(reference(order("ü"), 1, undefined, STRICT), reference(order("ü", "second"), 1, undefined, STRICT));
});
