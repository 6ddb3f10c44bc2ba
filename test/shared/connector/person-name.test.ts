import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { inPacks } from "../../../shared/connector/in-packs.ts";
import { fullName, splitName } from "../../../shared/connector/person-name.ts";
import { Rejected } from "../../../shared/errors.ts";

test("a name is put together and taken apart", () => {
  equal(fullName({ firstName: "Zoé", lastName: "Lefèvre" }), "Zoé Lefèvre");
  equal(fullName({ name: " Zoé ", firstName: "X" }), "Zoé");
  equal(fullName({ name: " " }), undefined);
  deepEqual(splitName({ name: "Anna Maria Huber" }), { firstName: "Anna Maria", lastName: "Huber" });
  deepEqual(splitName({ name: "Anna Maria Huber", firstName: "Anna", lastName: "Maria Huber" }), {
    firstName: "Anna",
    lastName: "Maria Huber",
  });
});

test("of a one-word name the word is the last name", () => {
  deepEqual(splitName({ name: "Cher" }), { firstName: "", lastName: "Cher" });
  deepEqual(splitName({ firstName: "Cher" }), { firstName: "", lastName: "Cher" });
  deepEqual(splitName(undefined), { firstName: "", lastName: undefined });
});

test("pieces become packs only when they come out even", () => {
  equal(inPacks(6, 3, "TEE", "s2/demo"), 2);
  equal(inPacks(6, undefined, "TEE", "s2/demo"), 6);
  throws(() => inPacks(7, 3, "TEE", "s2/demo"), Rejected);
});
