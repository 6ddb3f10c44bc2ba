import * as z from "zod/mini";
import { Count, Shown } from "../../../shared/connector/list-schema.ts";

const Product = z.pipe(
  z.object({ id: Shown.check(z.minLength(1)) }),
  z.transform(({ id }) => id),
);
const ProductId = Shown.check(z.minLength(1));
/** The create's answer has the product, the order's details its ID. */
export const Items = z.array(
  z.pipe(
    z.union([z.object({ productId: ProductId, quantity: Count }), z.object({ product: Product, quantity: Count })]),
    z.transform((item) => ({
      product: "productId" in item ? item.productId : item.product,
      quantity: item.quantity,
    })),
  ),
);
