import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { defined } from "../defined.ts";
import { omit } from "../omit.ts";
import { Delivery } from "./delivery.ts";
import { ErrorText } from "./error-text.ts";
import type { Item } from "./table.ts";

/** Characters of JSON. DynamoDB's limit is 400 KB an item: thousands of lines have to be compressed. */
const MOST_PLAIN = 64 * 1024;
/** Of unzipped lines, bytes; an event is never larger. */
const LARGEST = 64 * 1024 * 1024;

/**
 * A delivery as the table stores it. Its error text is an item of its own, whose `rev` it keeps. If there are too many
 * lines for one item, their JSON is compressed.
 */
export const StoredDelivery = z.extend(z.omit(Delivery, { errorText: true }), {
  errorRev: z.optional(z.int()),
  linesGzip: z.optional(z.instanceof(Uint8Array)),
});
type StoredDelivery = z.infer<typeof StoredDelivery>;

export function packDelivery(delivery: Delivery): StoredDelivery {
  const { errorText } = delivery;
  const stored = { ...omit(delivery, "errorText"), ...(errorText && { errorRev: errorText.rev }) };
  const lines = JSON.stringify(delivery.lines ?? []);
  return lines.length <= MOST_PLAIN ? stored : { ...omit(stored, "lines"), linesGzip: gzipSync(lines) };
}

/** @param error its error text as stored, unless it has expired */
export function unpackDelivery(item: Item, error?: Item): Delivery {
  const errorText = error && z.parse(ErrorText, error);
  const zipped = item["linesGzip"];
  const lines: unknown =
    zipped instanceof Uint8Array
      ? JSON.parse(gunzipSync(zipped, { maxOutputLength: LARGEST }).toString("utf8"))
      : item["lines"];
  return z.parse(Delivery, {
    ...item,
    ...defined({ lines }),
    ...(errorText && errorText.rev === item["errorRev"] && { errorText }),
  });
}
