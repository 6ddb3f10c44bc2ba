import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { cutText, fitStreet, lengthOf, wholeText } from "../../../shared/connector/fit-text.ts";
import { Rejected } from "../../../shared/errors.ts";

const two = { lines: 2, max: 20, destination: "kakaclo/demo" };

test("lengths count Unicode characters, not UTF-16 units", () => {
  equal(lengthOf("👍🏽é"), 3);
  equal(wholeText("👍👍👍👍", 4, "name", "kakaclo/demo"), "👍👍👍👍");
});

test("a note that is too long ends in … at the limit, and is never torn inside a character", () => {
  equal(cutText("Please wrap it", 14), "Please wrap it");
  equal(cutText("Please wrap it", 10), "Please wr…");
  equal(cutText("Please wrap it", 8), "Please…");
  equal(cutText("👍👍👍", 2), "👍…");
});

test("what is never cut is rejected in a sentence with field, destination and limit, without the value", () => {
  throws(
    () => wholeText("Zoé Lefèvre", 5, "recipient", "kakaclo/demo"),
    (error) =>
      error instanceof Rejected &&
      error.reason ===
        "The order's recipient has 11 characters, and kakaclo/demo takes at most 5: shorten it in the order.",
  );
});

test("street lines that fit stay as they are", () => {
  deepEqual(fitStreet(["7 rue Rabelais", "Bât. B"], two), ["7 rue Rabelais", "Bât. B"]);
  deepEqual(fitStreet([undefined, " 2nd floor "], two), ["", "2nd floor"]);
  deepEqual(fitStreet([undefined, undefined], two), ["", ""]);
});

test("a first line that is too long continues in the second, at a word", () => {
  deepEqual(fitStreet(["1234567890 1234567890 12", undefined], two), ["1234567890", "1234567890 12"]);
  deepEqual(fitStreet(["123456789 1234567890 x", "B"], two), ["123456789 1234567890", "x, B"]);
});

test("a third line is used where the provider has one, and an order's third is refused where it has not", () => {
  deepEqual(fitStreet(["1234567890 1234567890", "1234567890"], { ...two, lines: 3 }), [
    "1234567890",
    "1234567890",
    "1234567890",
  ]);
  deepEqual(fitStreet(["a", "b", undefined], two), ["a", "b"]);
  throws(() => fitStreet(["a", "b", "c"], two), Rejected);
});

test("a street that does not fit, or one word too long, is rejected", () => {
  throws(() => fitStreet(["x".repeat(21), undefined], two), Rejected);
  throws(() => fitStreet(["12345678901234567890 1234567890", "1234567890"], two), Rejected);
  throws(() => fitStreet(["a", "1234567890 1234567890"], two), Rejected);
});

test("words that leave too much empty are broken after a comma or hyphen, a house number never", () => {
  deepEqual(fitStreet(["Hauptstr.,Hinterhaus,Aufgang-Nord 12", undefined], two), [
    "Hauptstr.,Hinterhaus",
    "Aufgang-Nord 12",
  ]);
  throws(() => fitStreet(["Aaaaaaaaaaaaaaaaa12/34567890", undefined], two), Rejected);
});

test("a script without spaces is broken between two characters, the number in it never", () => {
  deepEqual(fitStreet(["大阪府大阪市北区梅田一丁目十二番三四五号室", undefined], two), [
    "大阪府大阪市北区梅田一丁目十二番三四五号",
    "室",
  ]);
  deepEqual(fitStreet(["大阪府大阪市北区梅田一丁目十二番地1234号", undefined], two), [
    "大阪府大阪市北区梅田一丁目十二番地",
    "1234号",
  ]);
});
