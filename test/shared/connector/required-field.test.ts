import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected } from "../../../shared/errors.ts";

const to = { destination: "kakaclo/demo", missing: { phone: "0800 000000", name: " " } };

test("the order's own value goes before the destination's default", () => {
  equal(requiredField(" 0151 ", "phone", to, "phone"), "0151");
  equal(requiredField(undefined, "phone", to, "phone"), "0800 000000");
  equal(requiredField("  ", "phone", to, "phone"), "0800 000000");
});

test("without either it is rejected in one sentence that names field, destination and setting", () => {
  const says = (sentence: string) => (error: unknown) => error instanceof Rejected && error.reason === sentence;
  throws(
    () => requiredField("", "province", to, "province"),
    says(
      "The order has no province, which kakaclo/demo requires: set missing.province of that destination in the stage file, or add it to the order.",
    ),
  );
  throws(
    () => requiredField(undefined, "country", to),
    says("The order has no country, which kakaclo/demo requires: add it to the order; no setting can stand in for it."),
  );
  throws(() => requiredField(undefined, "recipient", to, "name"), Rejected, "a default of spaces is none");
});
