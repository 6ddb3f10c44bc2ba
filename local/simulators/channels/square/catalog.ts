import * as z from "zod/mini";
import type { Line } from "../../../../shared/order.ts";
import { checkBody } from "../../body-check.ts";
import { type Answer, json } from "../../simulator.ts";
import { invalid } from "./refusals.ts";

/** A made-up object ID, which contains the SKU and says whether the product is shipped. */
export const catalogId = ({ sku, ships }: Pick<Line, "sku" | "ships">): string =>
  `${ships === false ? "D" : "A"}${Buffer.from(sku).toString("hex").toUpperCase()}`;

/** https://developer.squareup.com/reference/square/catalog-api/batch-retrieve-catalog-objects */
const Question = z.strictObject({
  object_ids: z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(1_000)),
  include_related_objects: z.optional(z.boolean()),
  include_deleted_objects: z.optional(z.boolean()),
  include_category_path_to_root: z.optional(z.boolean()),
  catalog_version: z.optional(z.int()),
});

/** Objects that do not exist are left out, and so are empty lists. */
export function catalogAnswer(body: unknown): Answer {
  const checked = checkBody(Question, body);
  if (!checked.ok) return invalid(checked.complaint.field, checked.complaint.message);
  const { object_ids, include_related_objects } = checked.body;
  const variations = object_ids.flatMap(variationOf);
  const items = new Map(variations.map(({ item_variation_data: { item_id } }) => [item_id, itemOf(item_id)]));
  return json(200, {
    ...(variations.length > 0 && { objects: variations }),
    ...(include_related_objects && items.size > 0 && { related_objects: [...items.values()] }),
  });
}

function variationOf(id: string) {
  const [, kind, hex = ""] = /^([AD])((?:[0-9A-F]{2})*)$/.exec(id) ?? [];
  if (kind === undefined) return [];
  const sku = Buffer.from(hex, "hex").toString();
  return [
    {
      ...{ type: "ITEM_VARIATION", id, version: 1749240427764, is_deleted: false, present_at_all_locations: true },
      item_variation_data: {
        item_id: `I${kind}${hex}`,
        name: "Regular",
        ...(sku !== "" && { sku }),
        pricing_type: "VARIABLE_PRICING",
      },
    },
  ];
}

const itemOf = (id: string) => ({
  ...{ type: "ITEM", id, version: 1749240427764, is_deleted: false, present_at_all_locations: true },
  item_data: { name: "Product", product_type: id.startsWith("ID") ? "DIGITAL" : "REGULAR" },
});
