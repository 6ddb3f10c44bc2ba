import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { isReadable, recognise } from "../../../shared/connector/recognise.ts";

const reference = "SHO1-1001";
const of = (row: Record<string, unknown>, more: { isAnswerToOurs?: boolean; isSurelyOther?: () => boolean } = {}) =>
  recognise(row, {
    reference,
    isOurs: row["number"] === reference,
    identifying: [row["number"], row["note"]],
    ...more,
  });

test("a row of our reference is ours, one of another reference is another's", () => {
  equal(of({ number: reference }), "ours");
  equal(of({ number: "SHO1-1002" }), "another");
  equal(of({ number: null, note: "by hand" }), "another");
  equal(of({ number: 17 }), "another");
});

test("a row that names our reference where, or as, we do not read it may be ours", () => {
  const rows = [
    { number: "7", externalNumber: reference },
    { number: { value: reference } },
    { number: [reference], note: "x" },
    { number: "sho1-1001" },
    { number: ` ${reference} ` },
    { number: "7", note: `replaces (${reference}).` },
    { number: "7", note: `first line\n${reference}\nlast line` },
    { number: "7", references: { [reference]: true } },
  ];
  deepEqual(
    rows.map((row) => of(row)),
    rows.map(() => "unknown"),
  );
});

test("a field with our reference in other punctuation, or cut, may be ours", () => {
  for (const number of ["SHO1_1001", "SHO11001", "SHO1 1001", "SHO1\u20111001", "SHO1–1001", "#SHO1/1001"]) {
    equal(of({ number }), "unknown", number);
  }
  const cut = (number: string) =>
    recognise({ number }, { reference: "SHO1-820982911946154508", isOurs: false, identifying: [number] });
  deepEqual(["SHO1-820982911946154", "SHO1-820982911946", "SHO1-8209", "SHO1-820982911946154509"].map(cut), [
    "unknown",
    "unknown",
    "another",
    "another",
  ]);
});

test("a longer reference does not name ours", () => {
  for (const number of ["SHO1-10010", "SHO1-1001-g2", "XSHO1-1001", "SHO1-1001_2", "SHO1-1001.5", "A.SHO1-1001"]) {
    equal(of({ number }), "another", number);
  }
});

test("a row without an identifying field may be ours, unless something else of it cannot be", () => {
  for (const row of [{}, { number: null, note: "" }, { number: {}, note: [] }, { number: "NULL", note: "-" }]) {
    equal(of(row), "unknown");
    equal(of(row, { isSurelyOther: () => true }), "another");
  }
});

test("a row that answers a query for our reference alone is never another's", () => {
  equal(of({ number: "1001" }, { isAnswerToOurs: true }), "unknown");
  equal(of({ number: reference }, { isAnswerToOurs: true }), "ours");
});

test("servers write 'no value' in many ways", () => {
  deepEqual(["", " ", "NULL", "none", "N/A", "-", "0", 0, null, undefined, false, {}, []].filter(isReadable), []);
  deepEqual(["***", "SHO1-****", "••••", "[object Object]"].filter(isReadable), []);
  deepEqual(["00", "x", 1, "nullable"].filter(isReadable).length, 4);
});
