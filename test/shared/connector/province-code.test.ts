import { equal } from "node:assert/strict";
import { test } from "node:test";
import { provinceCode } from "../../../shared/connector/province-code.ts";

test("a province by its name, or by its code, has that code, whatever its case and accents", () => {
  for (const [country, province, code] of [
    ["US", "Kentucky", "KY"],
    ["US", "ky", "KY"],
    ["US", " district of columbia ", "DC"],
    ["US", "Armed Forces Europe", "AE"],
    ["CA", "Québec", "QC"],
    ["CA", "quebec", "QC"],
    ["AU", "New South Wales", "NSW"],
    ["BR", "Sao Paulo", "SP"],
    ["MX", "Estado de Mexico", "MEX"],
  ] as const) {
    equal(provinceCode(country, province), code, province);
  }
});

test("a name is of its own country, and one that is not listed has no code", () => {
  for (const [country, province] of [
    ["CA", "Kentucky"],
    ["US", "Kent"],
    ["DE", "Bayern"],
    ["US", ""],
    ["US", undefined],
    [undefined, "Kentucky"],
    ["constructor", "name"],
  ] as const) {
    equal(provinceCode(country, province), undefined, `${country} ${province}`);
  }
});

test("each country's codes and names are its own: no name leads to two codes", () => {
  equal(provinceCode("US", "WA"), "WA");
  equal(provinceCode("AU", "WA"), "WA");
  equal(provinceCode("US", "Washington"), "WA");
  equal(provinceCode("AU", "Washington"), undefined);
});
