import { equal } from "node:assert/strict";
import { test } from "node:test";
import { countryCode } from "../../shared/country-code.ts";

test("a country is known by two letters, by three and by its name in the shop's language", () => {
  const cases: Record<string, string | undefined> = {
    us: "US",
    USA: "US",
    "U.S.A.": "US",
    " united states of america ": "US",
    "The Netherlands": "NL",
    UK: "GB",
    England: "GB",
    EL: "GR",
    XK: "XK",
    XKX: "XK",
    Deutschland: "DE",
    Österreich: "AT",
    TÜRKİYE: "TR",
    Україна: "UA",
    日本: "JP",
    香港: "HK",
    Georgia: "GE",
    "Korea, Republic of": "KR",
    "Bosnia & Herzegovina": "BA",
    "": undefined,
    ZZZ: undefined,
    Nowhere: undefined,
    "U S": undefined,
  };
  for (const [text, expected] of Object.entries(cases)) equal(countryCode(text), expected, text);
});

test("every country that Unicode names in English is found by that name", () => {
  const english = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (const code of ["AD", "CI", "CW", "FK", "LA", "MM", "PS", "ST", "SX", "SZ", "TL", "VA", "ZA"])
    equal(countryCode(english.of(code) ?? ""), code);
});
