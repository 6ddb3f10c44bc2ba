import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { omit } from "../omit.ts";
import { Delivery } from "./delivery.ts";
import type { Item } from "./table.ts";

/** Characters of JSON. DynamoDB takes an item of 400 KB, which thousands of lines would not fit as they are. */
const MOST_PLAIN = 64 * 1024;
/** Of unzipped lines, bytes; an event is never larger. */
const LARGEST = 64 * 1024 * 1024;

/** A delivery whose lines are too many for its item: gzip of their JSON. */
export type StoredDelivery = Omit<Delivery, "lines"> & { linesGzip: Uint8Array };

/** A delivery as the table stores it. */
export function packDelivery(delivery: Delivery): Delivery | StoredDelivery {
  const lines = JSON.stringify(delivery.lines ?? []);
  if (lines.length <= MOST_PLAIN) return delivery;
  return { ...omit(delivery, "lines"), linesGzip: gzipSync(lines) };
}

export function unpackDelivery(item: Item): Delivery {
  const zipped = item["linesGzip"];
  if (!(zipped instanceof Uint8Array)) return z.parse(Delivery, item);
  const lines: unknown = JSON.parse(gunzipSync(zipped, { maxOutputLength: LARGEST }).toString("utf8"));
  return z.parse(Delivery, { ...item, lines });
}
