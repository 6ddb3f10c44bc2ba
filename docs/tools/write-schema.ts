import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { Address, Amount, Country, Instant, Line, Name, Order, Text } from "../../shared/order.ts";

export const SCHEMA_FILE = fileURLToPath(new URL("../order.schema.json", import.meta.url));

/** Types that occur in several places, with a name for the readers of the JSON Schema. */
const names = z.registry<{ id: string; description?: string }>();
names.add(Order.shape.id, {
  id: "Id",
  description: "The sender's own. A number is taken by the digits it is written with, however many.",
});
names.add(Order.shape.currency, { id: "Currency", description: "ISO 4217." });
names.add(Amount, {
  id: "Amount",
  description: "A decimal number, best as a string: money is never a float. No thousands separators.",
});
names.add(Instant, { id: "Instant", description: "ISO 8601 with a zone: 2026-03-01T09:30:00Z or …+01:00." });
names.add(Country, {
  id: "Country",
  description: "ISO 3166-1 alpha-2, best. Three letters, or the country's name in a common language, are understood.",
});
names.add(Text, { id: "Text" });
names.add(Name, { id: "Name" });
names.add(Line.shape.quantity, { id: "Quantity" });
names.add(Address, { id: "Address" });
names.add(Line, { id: "Line" });

const DECIMAL = "^\\s*[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*$";

/** JSON Schema draft 2020-12 of the input of channel `standard`, which accepts null and numbers too. */
export function orderSchema(): object {
  return {
    title: "Order",
    description:
      "The body of a webhook to channel `standard`: what a buyer ordered. Fields not named here are ignored. docs/channels/standard.md says how it is signed and sent.",
    ...z.toJSONSchema(Order, {
      io: "input",
      metadata: names,
      override({ zodSchema, jsonSchema }) {
        // A check in code has no JSON Schema (shared/decimal.ts).
        if (zodSchema === Amount)
          jsonSchema.anyOf = [{ type: "string", maxLength: 64, pattern: DECIMAL }, { type: "number" }];
      },
    }),
  };
}

export const written = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

if (import.meta.main) writeFileSync(SCHEMA_FILE, written(orderSchema()));
