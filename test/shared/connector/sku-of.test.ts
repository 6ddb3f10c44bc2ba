import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { skuOf } from "../../../shared/connector/sku-of.ts";
import { Rejected } from "../../../shared/errors.ts";

test("a line without a SKU is named by its title, with the setting for what is not goods", () => {
  equal(skuOf({ id: "1", sku: " A " }, "kakaclo/demo"), "A");
  throws(
    () => skuOf({ id: "12", sku: " ", title: "Shipping protection" }, "kakaclo/demo"),
    (error) =>
      error instanceof Rejected &&
      /^Line 12 \("Shipping protection"\) of the order has no SKU.*kakaclo\/demo.*notGoods/.test(error.reason),
  );
  throws(() => skuOf({ id: "12", sku: "" }, "kakaclo/demo"), /^Rejected: Line 12 of the order has no SKU/);
});
