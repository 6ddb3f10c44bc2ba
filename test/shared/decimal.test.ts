import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import {
  add,
  compare,
  divide,
  isDecimal,
  multiply,
  normalise,
  round,
  shortest,
  split,
  subtract,
  sum,
} from "../../shared/decimal.ts";

/** The same numbers in every run; a failure can be looked at again. */
function* random(count: number, seed = 4711): Generator<number> {
  let state = seed;
  for (let each = 0; each < count; each++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}
/** Amounts of up to 18 digits before and 6 after the point, and the same number in millionths. */
function* amounts(count: number, seed?: number): Generator<{ text: string; millionths: bigint }> {
  const next = random(count * 4, seed);
  for (let each = 0; each < count; each++) {
    const [a = 0, b = 0, c = 0, d = 0] = [next.next().value, next.next().value, next.next().value, next.next().value];
    const whole = (BigInt(a ?? 0) * BigInt(b ?? 0)) % 10n ** BigInt(1 + ((d ?? 0) % 18));
    const places = ((d ?? 0) >>> 8) % 7;
    const fraction = String(c).padStart(6, "0").slice(-6).slice(0, places);
    const sign = (d ?? 0) & 1 ? "-" : "";
    const magnitude = whole * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
    yield { text: `${sign}${whole}${places ? `.${fraction}` : ""}`, millionths: sign ? -magnitude : magnitude };
  }
}
const inMillionths = (text: string): bigint => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(6, "0").slice(0, 6)}`);
};

test("sums and differences are exact, where floats are not", () => {
  equal(add("0.1", "0.2"), "0.3");
  equal(subtract("0.3", "0.1"), "0.2");
  equal(add("9007199254740993.01", "0.01"), "9007199254740993.02");
  equal(sum(["19.90", "19.90", "-0.005"]), "39.795");
  equal(sum([]), "0");
});

test("a thousand pairs agree with whole numbers", () => {
  const others = amounts(1000, 815);
  for (const a of amounts(1000)) {
    const b = others.next().value;
    if (!b) throw new Error("too few");
    equal(inMillionths(add(a.text, b.text)), a.millionths + b.millionths, `${a.text} + ${b.text}`);
    equal(inMillionths(subtract(a.text, b.text)), a.millionths - b.millionths, `${a.text} - ${b.text}`);
    equal(Math.sign(compare(a.text, b.text)), a.millionths < b.millionths ? -1 : a.millionths > b.millionths ? 1 : 0);
    equal(compare(normalise(a.text), a.text), 0);
    equal(compare(shortest(a.text), a.text), 0);
    equal(
      add(subtract(a.text, b.text), b.text) === a.text || compare(add(subtract(a.text, b.text), b.text), a.text) === 0,
      true,
    );
  }
});

test("what is split adds up again, to the last digit, in any number of parts", () => {
  for (const { text } of amounts(300)) {
    for (const parts of [1, 2, 3, 7, 12]) {
      const shares = split(text, parts);
      equal(shares.length, parts);
      equal(compare(sum(shares), text), 0, `${text} in ${parts}`);
    }
  }
  equal(split("10.00", 3).join(), "3.33,3.33,3.34");
  equal(split("-10.00", 3).join(), "-3.33,-3.33,-3.34");
  equal(split("0", 2).join(), "0.00,0.00");
});

test("rounds half away from zero, as invoices do", () => {
  const cases: Record<string, string> = {
    "1.005": "1.01",
    "-1.005": "-1.01",
    "2.344999": "2.34",
    "2.345": "2.35",
    "0.004": "0.00",
    "1.2": "1.20",
    "999.999": "1000.00",
  };
  for (const [given, expected] of Object.entries(cases)) equal(round(given, 2), expected, given);
  equal(round("2.5", 0), "3");
  equal(round("-2.5", 0), "-3");
});

test("multiplies and divides to the digits asked for", () => {
  equal(multiply("19.90", "3"), "59.70");
  equal(multiply("0.19", "0.01"), "0.0019");
  equal(divide("10", "3", 4), "3.3333");
  equal(divide("-10", "3", 4), "-3.3333");
  equal(divide("1", "0.25", 0), "4");
  throws(() => divide("1", "0.00", 2), RangeError);
});

test("digits after the point are kept, signs and exponents written out", () => {
  const cases: Record<string, string> = {
    "1.20": "1.20",
    "+1": "1",
    " 7.5 ": "7.5",
    ".5": "0.5",
    "5.": "5",
    "1e3": "1000",
    "1.5E-7": "0.00000015",
    "-0.0": "0.0",
    "007": "7",
  };
  for (const [given, expected] of Object.entries(cases)) equal(normalise(given), expected, given);
  equal(shortest("10.00"), "10");
  equal(shortest("100"), "100");
  equal(shortest("-0.0"), "0");
});

test("what is no decimal number is refused", () => {
  const none = [
    "",
    " ",
    ".",
    "-",
    "+",
    "1,5",
    "1.2.3",
    "0x10",
    "1e",
    "e5",
    "NaN",
    "Infinity",
    "1 000",
    "١٢",
    "1e9999",
    "--1",
    "1_000",
  ];
  for (const text of none) {
    equal(isDecimal(text), false, text);
    throws(() => normalise(text), TypeError, text);
  }
});
