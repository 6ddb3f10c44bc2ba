import * as z from "zod/mini";
import { checkBody } from "../../body-check.ts";
import { type Answer, isKnownSku } from "../../simulator.ts";
import { STORES } from "./company.ts";
import { type Desk, invalid } from "./desk.ts";

const ListingQuery = z.strictObject({
  sid: z.string().check(z.regex(/^\d+(,\d+)*$/)),
  search_field: z.nullish(z.enum(["seller_sku", "asin", "sku"])),
  search_value: z.nullish(z.array(z.string()).check(z.maxLength(10))),
  exact_search: z.nullish(z.literal([0, 1])),
  is_delete: z.nullish(z.literal([0, 1])),
});

/**
 * `POST /erp/sc/data/mws/listing`, exact search by `seller_sku`. MSKUs that end in -FBM are sold, but not fulfilled by
 * Amazon.
 */
export function listing(body: unknown, { envelopes }: Desk): Answer {
  const checked = checkBody(ListingQuery, body);
  if (!checked.ok) return invalid(envelopes, `${checked.complaint.field} => 错误`);
  const { sid, search_field, search_value, exact_search } = checked.body;
  const stores = STORES.filter((store) => sid.split(",").includes(String(store.sid)));
  const skus = search_field === "seller_sku" && exact_search !== 0 ? (search_value ?? []) : [];
  const rows = stores.flatMap((store) =>
    skus.filter(isKnownSku).map((seller_sku) => ({
      listing_id: "0623ZI1F5EF11",
      sid: store.sid,
      marketplace: store.country,
      seller_sku,
      fnsku: "B085NPWXXX",
      asin: "B0B4WP82XX",
      status: 1,
      is_delete: 0,
      quantity: 0,
      afn_fulfillable_quantity: 1_000,
      fulfillment_channel_type: seller_sku.endsWith("-FBM") ? "FBM" : "FBA",
    })),
  );
  return envelopes.ok(rows, rows.length);
}
