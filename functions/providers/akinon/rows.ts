import * as z from "zod/mini";
import { lenient } from "../../../shared/connector/loose-schema.ts";

/** A primary key as text; numbers of any size, or digits as text. */
export const Pk = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^\d+$/))]),
  z.transform((pk) => String(pk)),
);

/* What a row lacks or has in another form is undefined: one odd row must not make a whole list unreadable. */

/** Rows name their key `pk`, as the vendor's app reads it, or `id` as DRF does by default. */
const Keys = { pk: lenient(Pk), id: z.nullish(z.unknown()) };
const Text = lenient(z.union([z.string(), z.number()]));

export const Row = z.object(Keys);
export const Customer = z.object({ ...Keys, email: Text, channel_code: Text });
export type Customer = z.infer<typeof Customer>;
export const Place = z.object({ ...Keys, name: Text, code: Text });
export type Place = z.infer<typeof Place>;
export const Address = z.object({ ...Keys, hash_data: Text });
export const Cargo = z.object({ ...Keys, erp_code: Text });
export const Product = z.object({ ...Keys, sku: Text });
export const IntegrationAction = z.object({ remote_id: Text, object_id: lenient(Pk) });
export const Channel = z.object({ catalog: z.nullish(Pk) });
export const Catalog = z.object({ price_list: z.nullish(Pk), stock_list: z.nullish(Pk) });

/** "400", 400, "approved", or the same with a label: `{"value": "400", "label": "Approved"}`. */
const Status = z.pipe(
  lenient(z.union([z.string(), z.number(), z.object({ value: z.union([z.string(), z.number()]) })])),
  z.transform((status) => String((typeof status === "object" ? status?.value : status) ?? "").toLowerCase()),
);
export const OrderRow = z.object({ ...Keys, number: Text, status: Status });
export type OrderRow = z.infer<typeof OrderRow>;

/** An object's key, or the object itself. */
const Related = z.pipe(
  lenient(z.union([Pk, z.object({ pk: Pk })])),
  z.transform((related) => (typeof related === "object" ? related?.pk : related) ?? undefined),
);
export const ItemRow = z.object({
  order: Related,
  product: Related,
  quantity: z.nullish(z.unknown()),
  status: Status,
});
export type ItemRow = z.infer<typeof ItemRow>;

/** 50 only waits for it. */
export const isCancelled = (status: string): boolean => ["100", "canceled", "cancelled"].includes(status);

/** @returns undefined where the row has neither */
export function keyOf({ pk, id }: { pk?: string | null | undefined; id?: unknown }): string | undefined {
  if (pk != null) return pk;
  const parsed = Pk.safeParse(id);
  return parsed.success ? parsed.data : undefined;
}
