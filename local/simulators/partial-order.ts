import * as z from "zod/mini";
import { Order } from "../../shared/order.ts";

/**
 * Any part of our order, strictly: at every depth fields may be missing, but it refuses unknown fields and wrong types
 * (`Order` itself ignores unknown fields, as a webhook's reader must). It treats null as `Order` does.
 */
export const PartialOrder = partOf(Order) as z.ZodMiniType<PartialOrder>;
export type PartialOrder = Part<Order>;

type Part<T> = T extends readonly (infer Item)[]
  ? Part<Item>[]
  : T extends object
    ? { [Key in keyof T]?: Part<T[Key]> | undefined }
    : T;

/** The same schema with strict objects whose fields are all optional. Other values keep their schema. */
function partOf(schema: z.core.$ZodType): z.ZodMiniType {
  if (schema instanceof z.ZodMiniObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape);
    return z.strictObject(Object.fromEntries(fields.map(([name, field]) => [name, z.optional(partOf(field))])));
  }
  if (schema instanceof z.ZodMiniArray) return z.array(partOf(schema.def.element));
  if (schema instanceof z.ZodMiniOptional) return z.optional(partOf(schema.def.innerType));
  if (schema instanceof z.ZodMiniNullable) return z.nullable(partOf(schema.def.innerType));
  if (schema instanceof z.ZodMiniPipe) return z.pipe(partOf(schema.def.in), schema.def.out) as z.ZodMiniType;
  return schema as z.ZodMiniType;
}
